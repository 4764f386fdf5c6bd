# SPDX-License-Identifier: BSD-3-Clause
"""Replay by both engines."""
from __future__ import annotations

import lzma
import sys
import threading
from pathlib import Path
from typing import Any, Iterator

import numpy as np
import pytest
from conftest import SEABIOS_ACCESSES, SOURCE

import pyacrn

EXIT, ENTRY = 0, 15


@pytest.fixture(scope="module")
def functional(seabios: Path) -> pyacrn.ReplayResult:
    with pyacrn.open(seabios) as capture:
        return capture.replay()


@pytest.fixture(scope="module")
def timed(seabios: Path) -> pyacrn.ReplayResult:
    with pyacrn.open(seabios) as capture:
        return capture.replay(engine="systemc")


@pytest.fixture
def untimed(tmp_path: Path) -> Iterator[pyacrn.Capture]:
    """The committed QEMU log, as QEMU writes it without "-msg timestamp=on" or a trace backend's
    prefix."""
    packed = SOURCE / "traces/captures/microvm_linux_qemu.trace.xz"
    with lzma.open(packed, "rt") as lines:
        stripped = [line.split(":", 1)[1] for line in lines if ":memory_region_ops_" in line][:500]
    (tmp_path / "u.log").write_text("".join(stripped))
    pyacrn.import_capture(tmp_path / "u.log", tmp_path / "u.acap")
    with pyacrn.open(tmp_path / "u.acap") as capture:
        assert not capture.info.clock.timed
        yield capture


def test_functional_counts_add_up(functional: pyacrn.ReplayResult) -> None:
    assert functional.accesses == SEABIOS_ACCESSES == len(functional.columns)
    assert functional.elements >= functional.accesses
    assert functional.divergences == 0 and functional.first_divergence is None
    assert functional.checked + functional.echoed + functional.unknown > 0
    assert functional.timed is None and functional.stages is None
    with pytest.raises(ValueError, match="systemc"):
        functional.latency  # pylint: disable=pointless-statement


def test_both_engines_come_to_the_same_digest(
    functional: pyacrn.ReplayResult, timed: pyacrn.ReplayResult
) -> None:
    assert timed.digest == functional.digest
    assert timed.vcpu_digests == functional.vcpu_digests
    assert (timed.handled, timed.forwarded) == (functional.handled, functional.forwarded)


def test_replaying_again_gives_the_same(seabios: Path, timed: pyacrn.ReplayResult) -> None:
    with pyacrn.open(seabios) as capture:
        again = capture.replay(engine="systemc")
    assert again.digest == timed.digest
    assert again.timed == timed.timed
    assert np.array_equal(again.stages, timed.stages)


def test_stamps_ascend_and_give_the_latencies(timed: pyacrn.ReplayResult) -> None:
    stages = timed.stages
    assert stages is not None and stages.shape == (SEABIOS_ACCESSES, 16)
    assert stages.dtype == np.uint64 and not stages.flags.writeable
    reached = stages != pyacrn.NO_STAMP
    assert reached[:, EXIT].all() and reached[:, ENTRY].all()
    order = np.where(reached, stages, 0)
    assert (np.maximum.accumulate(order, axis=1)[reached] == stages[reached]).all()
    per_element = _latency_of_elements(timed)
    assert timed.latency.count == timed.elements == len(per_element)
    assert timed.latency.max_ns == per_element.max()
    assert timed.latency.min_ns == per_element.min()
    assert timed.latency.sum_ns == (stages[:, ENTRY] - stages[:, EXIT]).sum()
    for percent, shown in ((50, timed.latency.p50_ns), (99, timed.latency.p99_ns)):
        exact = np.percentile(per_element, percent, method="inverted_cdf")
        assert exact <= shown <= exact * (1 + 1 / 60)


def _latency_of_elements(result: pyacrn.ReplayResult) -> Any:
    """An access of several elements is several exits; the default costs are the same for each."""
    assert result.stages is not None
    whole = result.stages[:, ENTRY] - result.stages[:, EXIT]
    return np.repeat(whole // result.columns.count, result.columns.count)


def test_groups_cover_all_accesses(timed: pyacrn.ReplayResult) -> None:
    assert timed.timed is not None
    assert sum(group.latency.count for group in timed.timed.regions) == SEABIOS_ACCESSES
    assert set(timed.timed.stage_latency) == set(pyacrn.STAGE_NAMES)


def test_columns_are_in_the_order_of_the_stamps(timed: pyacrn.ReplayResult) -> None:
    assert timed.timed is not None and timed.stages is not None
    latency = timed.stages[:, ENTRY] - timed.stages[:, EXIT]
    rows = (timed.columns.space == pyacrn.Space.PORT) & (timed.columns.address == 0x402)
    group = next(one for one in timed.timed.regions if one.name == "port 0x402")
    assert group.reads + group.writes == rows.sum() > 0
    assert group.writes == (timed.columns.direction[rows] == pyacrn.Direction.WRITE).sum()
    assert group.latency.sum_ns == latency[rows].sum()


def test_profile_changes_what_core_decides_only_where_profiles_differ(seabios: Path) -> None:
    with pyacrn.open(seabios) as capture:
        results = [capture.replay(profile=name) for name in ("architectural", "acrn", "acrn2018")]
    assert [result.profile for result in results] == ["architectural", "acrn", "acrn2018"]
    assert {result.accesses for result in results} == {SEABIOS_ACCESSES}


def test_timing_file_and_completion_change_the_latency(
    seabios: Path, tmp_path: Path, timed: pyacrn.ReplayResult
) -> None:
    text = (SOURCE / "sim/model/timings/default.toml").read_text()
    head, tail = text.split("[stages.service]", 1)
    slow = tmp_path / "slow.toml"
    slow.write_text(head + "[stages.service]" + _with_ns(tail, 900_000))
    with pyacrn.open(seabios) as capture:
        slower = capture.replay(engine="systemc", timing=slow, assume_gap_ns=None)
        polled = capture.replay(engine="systemc", completion="polling", poll_interval_ns=7000)
    assert slower.latency.p90_ns > 900_000 > timed.latency.p90_ns
    assert polled.latency.sum_ns != timed.latency.sum_ns
    assert slower.digest == polled.digest == timed.digest


def _with_ns(stage: str, ns: int) -> str:
    lines = stage.split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith("ns ="))
    return "\n".join([*lines[:at], f"ns = {ns}", *lines[at + 1 :]])


def test_untimed_capture_needs_a_gap(untimed: pyacrn.Capture) -> None:
    with pytest.raises(ValueError, match="untimed|gap"):
        untimed.replay(engine="systemc")
    result = untimed.replay(engine="systemc", assume_gap_ns=1000)
    assert result.digest == untimed.replay().digest
    assert result.columns.time_ticks is None


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"engine": "verilog"}, ValueError, "verilog"),
        ({"profile": "xen"}, ValueError, "known are architectural, acrn, acrn2018"),
        ({"assume_gap_ns": 5}, ValueError, 'assume_gap_ns: only for engine="systemc"'),
        ({"engine": "systemc", "completion": "prayer"}, ValueError, "prayer"),
        ({"engine": "systemc", "completion": "polling"}, ValueError, "poll_interval_ns"),
        ({"engine": "systemc", "assume_gap_ns": -1}, TypeError, "assume_gap_ns"),
        ({"engine": "systemc", "timing": "/none.toml"}, pyacrn.CaptureEnvironmentError, "none"),
    ],
)
def test_wrong_arguments(
    small: Path, arguments: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pyacrn.open(small) as capture, pytest.raises(error, match=text):
        capture.replay(**arguments)


def test_wrong_timing_file_names_file_and_line(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('name = "x"\nspeed = 1\n')
    with pyacrn.open(small) as capture:
        with pytest.raises(pyacrn.ContentError, match="bad.toml: line 2"):
            capture.replay(engine="systemc", timing=path)


@pytest.mark.parametrize("engine", ["functional", "systemc"])
def test_other_threads_run_during_a_replay(seabios: Path, engine: str) -> None:
    """With a switch interval this long a thread gets its turn only when the lock is released."""
    go, ran = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: (go.wait(), ran.set()))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        thread.start()
        with pyacrn.open(seabios) as capture:
            go.set()
            capture.replay(engine=engine)
            assert ran.is_set()
    finally:
        sys.setswitchinterval(interval)
        go.set()
        thread.join()


def test_simulations_of_several_threads_wait_for_each_other(seabios: Path) -> None:
    digests: list[int] = []

    def simulate() -> None:
        with pyacrn.open(seabios) as capture:
            digests.append(capture.replay(engine="systemc").digest)

    threads = [threading.Thread(target=simulate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(digests) == 3 and len(set(digests)) == 1
