# SPDX-License-Identifier: BSD-3-Clause
"""acrntb report --stuck: who owes what at a capture's last moment."""

import json
from pathlib import Path

import pytest

from support import assert_error, make_capture, run


@pytest.fixture
def timed(tmp_path: Path) -> Path:
    """A replay on the timed engine, whose slots take their time between states."""
    recorded = tmp_path / "timed.acap"
    capture = make_capture(tmp_path)
    assert run("replay", capture, "--engine", "systemc", "--record", recorded).code == 0
    return recorded


def transitions(capture: Path) -> list[tuple[float, str]]:
    lines = run("report", capture).out.splitlines()
    return [(float(line.split()[2][:-1]), line.split()[3]) for line in lines if " ioreq:" in line]


def test_a_finished_capture_is_not_stuck(timed: Path) -> None:
    result = run("report", timed, "--stuck")
    assert result.code == 0
    assert result.out == ""
    assert "no request is unfinished" in result.err
    found = json.loads(run("report", timed, "--stuck", "--json").out)
    assert found["schema"] == "acrntb.stuck/1"
    assert found["stuck"] == []


@pytest.mark.parametrize(
    ("event", "owner", "state"),
    [
        ("ioreq:submit", "service_module", "pending"),
        ("ioreq:claim", "client", "processing"),
        ("ioreq:complete", "hypervisor", "complete"),
    ],
)
def test_names_who_owes_the_next_step(timed: Path, event: str, owner: str, state: str) -> None:
    moment = next(time for time, name in transitions(timed) if name == event)
    window = f",{moment:.9f}"
    result = run("report", timed, "--stuck", "--time", window)
    assert result.code == 1
    assert len(result.out.splitlines()) == 1
    assert f" owed:{owner} slot=0 " in result.out
    assert f" {state} for=" in result.out
    found = json.loads(run("report", timed, "--stuck", "--time", window, "--json").out)
    assert [entry["owed_by"] for entry in found["stuck"]] == [owner]
    assert found["stuck"][0]["since_ns"] == round(moment * 1e9)


def test_a_capture_without_transitions_cannot_answer(tmp_path: Path) -> None:
    result = run("report", make_capture(tmp_path), "--stuck")
    assert_error(result, 3, "no transitions of request slots", "replay FILE --record OUT")
