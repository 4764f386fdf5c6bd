# SPDX-License-Identifier: BSD-3-Clause
"""acrntb import of a capture: what the image recorded, compressed and with an index."""

import json
from pathlib import Path

import pytest

from support import PERF_TEXT, assert_error, run


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """A capture without index and trailer, as a machine leaves it that was switched off."""
    text = tmp_path / "guest.perf-script.txt"
    text.write_text(PERF_TEXT)
    whole = tmp_path / "whole.acap"
    assert run("import", text, "-o", whole).code == 0
    bytes_of_it = whole.read_bytes()
    offset = int.from_bytes(bytes_of_it[-20:-12], "little")
    path = tmp_path / "image.acap"
    path.write_bytes(bytes_of_it[:offset])
    return path


def test_keeps_the_events_and_adds_the_end(cut: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.acap"
    result = run("import", cut, "-o", kept, "--json")
    assert result.code == 0
    report = json.loads(result.out)
    assert report["schema"] == "acrntb.rewrite/1"
    assert report["accesses"] == 3
    assert report["source_had_end"] is False
    assert report["source_bytes"] == cut.stat().st_size
    assert report["output_bytes"] == kept.stat().st_size
    before, after = run("report", cut), run("report", kept)
    assert "the end is missing" in before.err
    assert after.err == ""
    assert after.out == before.out


def test_text_report_names_sizes_and_the_missing_end(cut: Path, tmp_path: Path) -> None:
    result = run("import", cut, "-o", tmp_path / "kept.acap")
    assert result.code == 0
    for word in ["accesses", "transitions", "dropped", "bytes", "per exit", "has no index"]:
        assert word in result.out


def test_a_cut_inside_a_chunk_costs_that_chunk_only(cut: Path, tmp_path: Path) -> None:
    shorter = tmp_path / "shorter.acap"
    shorter.write_bytes(cut.read_bytes()[:-1])
    kept = tmp_path / "kept.acap"
    assert run("import", shorter, "-o", kept).code == 0
    assert run("report", kept).out == run("report", shorter).out


def test_damage_is_refused_with_its_place(cut: Path, tmp_path: Path) -> None:
    damaged = bytearray(cut.read_bytes())
    damaged[-1] ^= 1
    path = tmp_path / "damaged.acap"
    path.write_bytes(damaged)
    result = run("import", path, "-o", tmp_path / "kept.acap")
    assert_error(result, 3, str(path), "offset")
    assert not (tmp_path / "kept.acap").exists()


def test_a_dialect_is_for_texts(cut: Path, tmp_path: Path) -> None:
    result = run("import", cut, "-o", tmp_path / "kept.acap", "--dialect", "qemu-log")
    assert_error(result, 2, "--dialect", "leave it out")


def test_the_output_is_not_the_source(cut: Path) -> None:
    before = cut.read_bytes()
    result = run("import", cut, "-o", cut, "--force")
    assert_error(result, 2, str(cut))
    assert cut.read_bytes() == before
