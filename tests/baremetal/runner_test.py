# SPDX-License-Identifier: BSD-3-Clause
"""The runner's verdicts, against small programs that stand in for QEMU."""
from __future__ import annotations

import time
from pathlib import Path

import pytest
from runner_bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, "qemu")


@pytest.mark.parametrize(
    ("script", "code", "talk"),
    [
        ("echo 'hv: end: passed'; exit 1", 0, "passed in "),
        ("echo 'hv: end: failed'; exit 3", 1, "failed in "),
        ("echo 'hv: end: crashed'; exit 5", 1, "crashed in "),
        ("echo 'hv: end: passed'; exit 3", 1, "said passed, but QEMU's exit status is 3"),
        ("echo 'hv: end: passed'; exit 0", 1, "said passed, but QEMU's exit status is 0"),
        ("echo 'xhv: end: passed'; exit 1", 1, "ended with status 1 before the image"),
        ("printf 'hv: end: passed'; exit 1", 1, "ended with status 1 before the image"),
        ("exit 1", 1, "ended with status 1 before the image"),
    ],
)
def test_verdict(bench: Bench, script: str, code: int, talk: str) -> None:
    result = bench.run(script)
    assert (result.returncode, talk in result.stderr) == (code, True), result.stderr


def test_serial_text_goes_to_standard_output_without_escapes(bench: Bench) -> None:
    result = bench.run(r"printf '\033[H\033[J\033[1;1Hone\r\ntwo\r\nhv: end: passed\r\n'; exit 1")
    assert result.stdout == "one\ntwo\nhv: end: passed\n"


def test_silence_ends_at_the_time_limit(bench: Bench) -> None:
    start = time.monotonic()
    result = bench.run("echo started; exec sleep 60", "--timeout", "0.5")
    assert time.monotonic() - start < 30
    assert result.returncode == 1
    assert "no end after 0.5 s" in result.stderr
    assert result.stdout == "started\n"


def test_halted_machine_is_stopped(bench: Bench) -> None:
    result = bench.run("echo 'hv: end: passed'; exec sleep 60", "--no-exit-device")
    assert result.returncode == 0, result.stderr


def test_words_reach_the_emulator(bench: Bench) -> None:
    result = bench.run('echo "$@"; echo "hv: end: passed"; exit 1', "--append", "crash=ud2 x")
    assert "-smbios type=11,value=hv:crash=ud2 x" in result.stdout


def test_commas_among_the_words_are_not_taken_for_options(bench: Bench) -> None:
    result = bench.run('echo "$@"; echo "hv: end: passed"; exit 1', "--append", "list=a,b c")
    assert "-smbios type=11,value=hv:list=a,,b c" in result.stdout


def test_missing_emulator_and_image_name_the_remedy(bench: Bench) -> None:
    result = bench.run_plain("--qemu", "no-such-emulator", str(bench.image))
    assert (result.returncode, "qemu-system-x86" in result.stderr) == (4, True)
    result = bench.run_plain("--qemu", "true", str(bench.folder / "none.iso"))
    assert (result.returncode, "none.iso: no such file" in result.stderr) == (4, True)


@pytest.mark.parametrize("wrong", [["--cpus", "two"], ["--timeout", "0"], ["--speed", "9"]])
def test_wrong_command_line(bench: Bench, wrong: list[str]) -> None:
    assert bench.run("exit 1", *wrong).returncode == 2
