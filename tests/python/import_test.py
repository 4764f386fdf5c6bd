# SPDX-License-Identifier: BSD-3-Clause
"""Importing traces."""
from __future__ import annotations

from pathlib import Path

import pytest
from conftest import HEAD, LINES, SEABIOS_ACCESSES, SOURCE

import pyacrn


def test_report_adds_up(tmp_path: Path) -> None:
    report = pyacrn.import_capture(
        SOURCE / "traces/captures/seabios_kvm.ftrace.txt.xz", str(tmp_path / "out.acap")
    )
    assert report.dialect in pyacrn.DIALECTS
    assert report.accesses == SEABIOS_ACCESSES
    assert report.used + report.ignored + report.rejected == report.lines
    assert sum(report.used_by_kind.values()) == report.used
    assert sum(report.ignored_by_kind.values()) == report.ignored


def test_rejected_lines_are_shown_with_number_and_reason(tmp_path: Path) -> None:
    trace = tmp_path / "trace.txt"
    trace.write_text(HEAD + LINES + LINES.splitlines()[1].replace("0x3fd", "0x3zz") + "\n")
    report = pyacrn.import_capture(trace, tmp_path / "out.acap")
    assert report.rejected == 1
    (line,) = report.rejected_lines
    assert line.line == 9
    assert line.reason
    assert "0x3zz" in line.text


def test_text_of_another_kind_leaves_nothing_behind(tmp_path: Path) -> None:
    trace = tmp_path / "trace.txt"
    trace.write_text("Dear diary,\n" * 100)
    with pytest.raises(pyacrn.ContentError, match="trace.txt"):
        pyacrn.import_capture(trace, tmp_path / "out.acap")
    assert [path.name for path in tmp_path.iterdir()] == ["trace.txt"]


def test_missing_source_is_the_environments_fault(tmp_path: Path) -> None:
    with pytest.raises(pyacrn.CaptureEnvironmentError, match="none.txt"):
        pyacrn.import_capture(tmp_path / "none.txt", tmp_path / "out.acap")


def test_unknown_dialect_is_a_value_error(tmp_path: Path) -> None:
    trace = tmp_path / "trace.txt"
    trace.write_text(HEAD + LINES)
    with pytest.raises(ValueError, match="esperanto"):
        pyacrn.import_capture(trace, tmp_path / "out.acap", dialect="esperanto")
