# SPDX-License-Identifier: BSD-3-Clause
"""acrntb report and acrntb info."""

import array
import fcntl
import json
import re
import signal
import subprocess
import termios
import time
from pathlib import Path
from typing import IO

import pytest

from support import ACRNTB, PERF_TEXT, SANITIZED, assert_error, make_capture, many_accesses, run

GOLDEN = Path(__file__).with_name("golden")
LINE = re.compile(r"vm\d+/vcpu\d+ \[(\d{3}|\?\?\?)\] (-?\d+\.\d{9}|\?): \w+:\w+( \S+)+")


def test_golden_lines(tmp_path: Path) -> None:
    capture = make_capture(tmp_path)
    result = run("report", capture)
    assert result.code == 0
    assert result.err == ""
    assert result.out == (GOLDEN / "report.txt").read_text()


def test_golden_lines_with_slots(tmp_path: Path) -> None:
    capture = make_capture(tmp_path)
    recorded = tmp_path / "recorded.acap"
    assert run("replay", capture, "--record", recorded).code == 0
    assert run("report", recorded).out == (GOLDEN / "report_recorded.txt").read_text()


def test_every_line_follows_the_grammar(large: Path) -> None:
    lines = run("report", large).out.splitlines()
    assert len(lines) >= 60_000
    for line in lines:
        assert LINE.fullmatch(line), line


def test_times_ascend_and_are_exact(large: Path) -> None:
    times = [
        float(line.split()[2][:-1])
        for line in run("report", large).out.splitlines()
        if " io:access " in line
    ]
    assert times == sorted(times)
    assert times[0] == 0
    assert times[-1] == pytest.approx(0.059999)


def test_nanoseconds_are_integers(small: Path) -> None:
    times = [line.split()[2] for line in run("report", small, "--ns").out.splitlines()]
    assert times and all(re.fullmatch(r"\d+:", time) for time in times)


def test_filters_choose(large: Path) -> None:
    def count(*options: str) -> int:
        return sum(
            " io:access " in line for line in run("report", large, *options).out.splitlines()
        )

    assert count("--port", "0x3f8") == 7500
    assert count("--port", "0x3f8-0x3ff") == 60_000
    assert count("--port", "0x3f8,0x3ff") == 15_000
    assert count("--gpa", "0-0xffffffffffffffff") == 0
    assert count("--vcpu", "0") == 60_000
    assert count("--vcpu", "1") == 0
    assert count("--time", "0,+10us") == 11
    assert count("--time", "0.05,") == 10_000
    assert count("--time", "end-10us,") == 11
    assert count("--time", ",1ms", "--port", "0x3f8") == 126


def test_says_when_nothing_passes(small: Path) -> None:
    result = run("report", small, "--port", "0x1")
    assert (result.code, result.out) == (0, "")
    assert "no event passes the filters" in result.err
    assert run("report", small, "--port", "0x1", "-q").err == ""


def test_json_lines(small: Path) -> None:
    events = [json.loads(line) for line in run("report", small, "--json").out.splitlines()]
    assert {event["schema"] for event in events} == {"acrntb.event/1"}
    accesses = [event for event in events if event["stream"] == "access"]
    assert [access["address"] for access in accesses] == [0x3F8, 0x3FD, 0xFED000F0]
    assert [access["value"] for access in accesses] == [0x41, 0x60, 0x12345678]
    assert accesses[0]["time_ns"] == 0


def test_reads_standard_input(small: Path) -> None:
    piped = run("report", "-", stdin=small.read_bytes())
    assert piped.code == 0, piped.err
    assert piped.out == run("report", small).out
    assert_error(
        run("report", "-", "--time", "0,1", stdin=small.read_bytes()),
        2,
        "--time '0,1'",
        "give a file",
    )


def test_text_instead_of_a_capture_gets_the_import_command(tmp_path: Path) -> None:
    text = tmp_path / "guest.txt"
    text.write_text(PERF_TEXT)
    for verb in ["report", "info", "replay"]:
        assert_error(
            run(verb, text),
            3,
            str(text),
            "not a capture",
            f"import it first: acrntb import {text} -o",
        )


def test_info_in_text(small: Path) -> None:
    result = run("info", small)
    assert result.code == 0
    assert result.err == ""
    for fact in [
        "version 1, complete",
        "bytes, ",
        "per access",
        "kvm-perf-script",
        "Hz",
        "0.000019000 s",
        "access",
        "never recorded",
        "clients",
    ]:
        assert fact in result.out, (fact, result.out)


def test_info_in_json(large: Path) -> None:
    info = json.loads(run("info", large, "--json").out)
    assert info["complete"] is True
    assert info["streams"]["access"]["rows"] == 60_000
    assert info["duration_ns"] == 59_999_000
    assert info["size_bytes"] == large.stat().st_size
    assert info["size_bytes_per_access"] == pytest.approx(large.stat().st_size / 60_000)


@pytest.mark.skipif(SANITIZED, reason="a sanitizer uses several times the memory")
def test_a_long_capture_is_reported_in_bounded_memory(tmp_path: Path) -> None:
    capture = make_capture(tmp_path, many_accesses(900_000), "long.acap")
    assert run("report", capture, "--port", "0x60").code == 0  # under RLIMIT_AS, see support.run


def unread(pipe: IO[bytes]) -> int:
    """How many bytes of the pipe the other end has not read."""
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


def test_ctrl_c_ends_a_report_that_nobody_reads(large: Path) -> None:
    with subprocess.Popen(
        [ACRNTB, "report", str(large)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        while unread(process.stdout) < fcntl.fcntl(process.stdout, fcntl.F_GETPIPE_SZ):
            time.sleep(0.01)  # until the pipe is full and the writer waits
        process.send_signal(signal.SIGINT)
        assert process.stderr.read().startswith(b"interrupted after ")
        assert process.wait(timeout=60) == 130


def test_ctrl_c_ends_a_wait_for_standard_input(small: Path) -> None:
    for verb in ["report", "replay"]:
        with subprocess.Popen(
            [ACRNTB, verb, "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdin is not None and process.stderr is not None
            process.stdin.write(small.read_bytes()[:-60])
            process.stdin.flush()
            while unread(process.stdin):
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            assert b"interrupted" in process.stderr.read()
            assert process.wait(timeout=60) == 130
