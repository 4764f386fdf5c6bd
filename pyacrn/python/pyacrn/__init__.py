# SPDX-License-Identifier: BSD-3-Clause
"""Captures of guest I/O as numpy arrays, and their replay through the ACRN testbed's core.

>>> import pyacrn
>>> with pyacrn.open("seabios.acap") as capture:
...     result = capture.replay(engine="systemc")
...     print(result.latency.p99_ns)
"""
from pyacrn._core import CaptureEnvironmentError, ContentError, Error
from pyacrn.capture import Capture, open  # pylint: disable=redefined-builtin
from pyacrn.columns import (
    NO_EXIT,
    NO_STAMP,
    AccessColumns,
    Direction,
    Handling,
    Space,
    STAMP_NAMES,
)
from pyacrn.importing import DIALECTS, ImportReport, RejectedLine, import_capture
from pyacrn.info import CaptureInfo, Clock, SourceInfo, StreamTotals, VmInfo
from pyacrn.result import (
    STAGE_NAMES,
    Distribution,
    Divergence,
    Group,
    ReplayResult,
    Timed,
    Utilisation,
    VcpuDigest,
)

__all__ = [
    "AccessColumns",
    "Capture",
    "CaptureEnvironmentError",
    "CaptureInfo",
    "Clock",
    "ContentError",
    "DIALECTS",
    "Direction",
    "Distribution",
    "Divergence",
    "Error",
    "Group",
    "Handling",
    "ImportReport",
    "NO_EXIT",
    "NO_STAMP",
    "RejectedLine",
    "ReplayResult",
    "STAGE_NAMES",
    "STAMP_NAMES",
    "SourceInfo",
    "Space",
    "StreamTotals",
    "Timed",
    "Utilisation",
    "VcpuDigest",
    "VmInfo",
    "import_capture",
    "open",
]
