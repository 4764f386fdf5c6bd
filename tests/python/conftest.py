# SPDX-License-Identifier: BSD-3-Clause
"""Captures that the tests share: the committed SeaBIOS boot, and small ones made of a few lines."""
from __future__ import annotations

import os
from pathlib import Path

import pytest

import pyacrn

SOURCE = Path(os.environ["ACRN_SOURCE_DIR"])
SEABIOS_ACCESSES = 27_342
SEABIOS_LINES = 44_611

HEAD = "# tracer: nop\n#\n# entries-in-buffer/entries-written: 6/6   #P:2\n#\n"
LINES = """\
 qemu-system-x86-201   [000] .....   100.000000: kvm_userspace_exit: reason KVM_EXIT_IO (2)
 qemu-system-x86-201   [000] .....   100.000010: kvm_pio: pio_read at 0x3fd size 1 count 1 val 0x60
 qemu-system-x86-201   [000] .....   100.000020: kvm_pio: pio_write at 0x3f8 size 1 count 1 val 0x41
 qemu-system-x86-201   [000] .....   100.000021: kvm_userspace_exit: reason KVM_EXIT_IO (2)
"""


@pytest.fixture(scope="session")
def seabios(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The capture of the committed SeaBIOS boot."""
    path = tmp_path_factory.mktemp("seabios") / "seabios.acap"
    pyacrn.import_capture(SOURCE / "traces/captures/seabios_kvm.ftrace.txt.xz", path)
    return path


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A capture of one IN and one OUT."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "trace.txt").write_text(HEAD + LINES)
    pyacrn.import_capture(folder / "trace.txt", folder / "small.acap")
    return folder / "small.acap"
