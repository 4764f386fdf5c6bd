# SPDX-License-Identifier: BSD-3-Clause
"""Other tools' traces as captures."""
from __future__ import annotations

import os
from dataclasses import dataclass

from pyacrn import _core

DIALECTS: tuple[str, ...] = _core.dialect_names
"""The trace formats that import_capture() reads."""


@dataclass(frozen=True)
class RejectedLine:
    """A line that looked like an event and could not be one."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class ImportReport:
    """How an import went: each line of the source was used, ignored or rejected."""

    dialect: str
    lines: int
    used: int
    ignored: int
    rejected: int
    lost: int
    accesses: int
    exits: int
    injections: int
    inputs: int
    vcpus: int
    used_by_kind: dict[str, int]
    ignored_by_kind: dict[str, int]
    rejected_by_reason: dict[str, int]
    notes: dict[str, int]
    """What was repaired or assumed, and how many times."""
    rejected_lines: tuple[RejectedLine, ...]
    """The first few."""


def import_capture(
    source: str | os.PathLike[str], destination: str | os.PathLike[str], *, dialect: str = ""
) -> ImportReport:
    """Reads the trace `source` (plain, .xz, .gz or .zst) and writes the capture `destination`.

    Raises ContentError for a source that is no trace of a known dialect, CaptureEnvironmentError
    for files that cannot be read or written, ValueError for an unknown `dialect` (see DIALECTS;
    empty: detect). Nothing is left at `destination` then.
    """
    raw = _core.import_capture(os.fspath(source), os.fspath(destination), dialect)
    rejected = tuple(RejectedLine(*line) for line in raw.pop("rejected_lines"))
    return ImportReport(**raw, rejected_lines=rejected)
