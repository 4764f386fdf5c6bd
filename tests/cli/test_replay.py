# SPDX-License-Identifier: BSD-3-Clause
"""acrntb replay."""

import json
import re
from pathlib import Path

import pytest

from support import assert_error, make_capture, run

ENGINES = ["functional", "systemc"]
QEMU_TEXT = "".join(
    f"memory_region_ops_write cpu 0 mr 0x5589 addr 0x3f8 value 0x{value:x} size 1 name 'serial'\n"
    for value in b"hello"
)


def replay_json(*arguments: object) -> dict:
    result = run("replay", *arguments, "--json")
    assert result.code == 0, result.err
    return json.loads(result.out)


def test_functional_is_the_default(small: Path) -> None:
    assert replay_json(small)["engine"] == "functional"


def test_text_report_tells_what_was_checked(small: Path) -> None:
    result = run("replay", small)
    assert result.code == 0
    assert result.err == ""
    for word in ["checked", "echoed", "unknown", "digest"]:
        assert word in result.out


def test_timed_report_tells_where_the_time_went(small: Path) -> None:
    result = run("replay", small, "--engine", "systemc")
    assert result.code == 0, result.err
    assert result.err == ""
    for word in ["stage", "upcall", "p99.9", "digest"]:
        assert word in result.out


def test_both_engines_give_one_digest(large: Path) -> None:
    digests = {replay_json(large, "--engine", engine)["replay"]["digest"] for engine in ENGINES}
    assert len(digests) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_a_recorded_replay_is_a_fixed_point(small: Path, tmp_path: Path, engine: str) -> None:
    first, second = tmp_path / "first.acap", tmp_path / "second.acap"
    once = replay_json(small, "--engine", engine, "--record", first)
    again = replay_json(first, "--engine", engine, "--record", second)
    assert once["replay"]["digest"] == again["replay"]["digest"]
    assert run("report", first).out == run("report", second).out != ""


def test_record_does_not_overwrite(small: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.acap"
    output.write_text("precious")
    assert_error(run("replay", small, "--record", output), 2, "exists already", "--force")
    assert_error(run("replay", small, "--record", small, "--force"), 2, "is the input as well")
    assert_error(run("replay", small, "--record", "-"), 2, "--record -")
    assert output.read_text() == "precious"
    assert run("replay", small, "--record", output, "--force").code == 0


def test_record_to_a_full_disk(small: Path) -> None:
    assert_error(
        run("replay", small, "--record", "/dev/full"), 4, "/dev/full", "No space left on device"
    )


def test_filters_choose_what_is_replayed(large: Path) -> None:
    assert replay_json(large, "--port", "0x3f8")["replay"]["accesses"] == 7500
    assert replay_json(large, "--time", ",+10us")["replay"]["accesses"] == 11


def test_nothing_to_replay_is_said(small: Path) -> None:
    result = run("replay", small, "--port", "0x1")
    assert result.code == 0
    assert "no access to replay" in result.err


def test_a_capture_without_time_needs_a_gap(tmp_path: Path) -> None:
    capture = make_capture(tmp_path, QEMU_TEXT, "untimed.acap")
    assert replay_json(capture)["replay"]["accesses"] == 5
    assert_error(
        run("replay", capture, "--engine", "systemc"), 2, "no time stamps", "--assume-gap 10us"
    )
    timed = replay_json(capture, "--engine", "systemc", "--assume-gap", "10us")
    assert timed["replay"]["digest"] == replay_json(capture)["replay"]["digest"]


@pytest.mark.parametrize(
    "arguments, fragments",
    [
        (["--profile", "xen"], ["--profile 'xen'", "architectural", "acrn2018"]),
        (["--assume-gap", "10us"], ["--engine systemc"]),
        (["--engine", "systemc", "--assume-gap", "later"], ["--assume-gap 'later'"]),
        (["--engine", "systemc", "--assume-gap", "0"], ["--assume-gap '0'"]),
        (
            ["--engine", "systemc", "--completion", "polling", "--poll-interval", "0"],
            ["--poll-interval '0'"],
        ),
        (["--engine", "systemc", "--completion", "carrier-pigeon"], ["--completion"]),
    ],
)
def test_wrong_options(small: Path, arguments: list[str], fragments: list[str]) -> None:
    assert_error(run("replay", small, *arguments), 2, *fragments)


@pytest.mark.parametrize("profile", ["architectural", "acrn", "acrn2018"])
def test_profiles(small: Path, profile: str) -> None:
    assert replay_json(small, "--profile", profile)["replay"]["accesses"] == 3


def test_polling_changes_the_time_but_not_the_digest(large: Path) -> None:
    notified = replay_json(large, "--engine", "systemc")
    polled = replay_json(
        large, "--engine", "systemc", "--completion", "polling", "--poll-interval", "50us"
    )
    assert polled["timing"]["completion"] == "polling"
    assert polled["timing"]["poll_interval_ns"] == 50_000
    assert polled["replay"]["digest"] == notified["replay"]["digest"]
    assert polled["latency"]["p50_ns"] > notified["latency"]["p50_ns"]


def test_printed_timing_is_a_timing_file(small: Path, tmp_path: Path) -> None:
    printed = run("replay", "--print-timing")
    assert printed.code == 0
    own = tmp_path / "own.toml"
    own.write_text(printed.out)
    default = replay_json(small, "--engine", "systemc")
    assert replay_json(small, "--engine", "systemc", "--timing", own) == default
    match = re.search(r"\[stages\.service\][^\[]*?\nns = (\d+)", printed.out)
    assert match is not None
    slower = printed.out[: match.start(1)] + "900000" + printed.out[match.end(1) :]
    own.write_text(slower)
    changed = replay_json(small, "--engine", "systemc", "--timing", own)
    assert changed["latency"]["max_ns"] > default["latency"]["max_ns"]


@pytest.mark.parametrize(
    "text, fragments",
    [
        ("name = ", ["line 1"]),
        ("name = 'x'\n[stages]\nwarp = 5\n", []),
        ("", []),
        ("\x00\xff", []),
    ],
)
def test_invalid_toml(small: Path, tmp_path: Path, text: str, fragments: list[str]) -> None:
    timing = tmp_path / "bad.toml"
    timing.write_text(text, encoding="latin-1")
    assert_error(
        run("replay", small, "--engine", "systemc", "--timing", timing), 3, str(timing), *fragments
    )


def test_a_missing_timing_file(small: Path, tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    assert_error(run("replay", small, "--engine", "systemc", "--timing", missing), 4, str(missing))


def test_top_limits_the_table(small: Path) -> None:
    full = run("replay", small, "--engine", "systemc").out
    assert len(run("replay", small, "--engine", "systemc", "--top", "1").out) < len(full)
