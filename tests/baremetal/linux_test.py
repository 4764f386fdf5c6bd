# SPDX-License-Identifier: BSD-3-Clause
"""Debian's unmodified cloud kernel as a guest under Bochs, captured and replayed."""
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from bochs import LINUX, Result, boot
from captures import check_replay_of_one_guest

GUEST_TEST = os.environ["GUEST_TEST"]
VERSION = re.compile(r"linux-image-(\S+)\t")
PORT_EXITS_QUIET_MIN = 15_000
PORT_EXITS_VERBOSE_MIN = 40_000
QUIET_CAPTURE_BYTES_MAX = 2 << 20
EXIT_BYTES_MAX = 48


def check_userspace(result: Result) -> None:
    assert result.code == 0, str(result)
    package = VERSION.match((LINUX / "vmlinuz.package").read_text())
    assert package
    assert f"guest: userspace reached, Linux {package[1]}, 1 CPU\n" in result.console
    # The Service VM's clock starts in 2000, its test device saw one double word written.
    assert "guest: RTC year 0x00, month 0x01\n" in result.console
    assert "guest: test device scratch 0x12345678, double words written 0x00000001\n" in (
        result.console
    )
    assert re.search(r"^guest: interrupts 0: +[1-9]\d* +XT-PIC +timer$", result.console, re.M)
    assert re.search(r"^guest: interrupts 4: +[1-9]\d* +XT-PIC +ttyS0$", result.console, re.M)
    assert result.ends() == {"vm1": "power-off port"}
    assert "no effect" not in result.console and "Kernel panic" not in result.console


def check_replay(capture: Path, result: Result) -> None:
    """Both engines replay every exit without a divergence, to the digest that the image printed."""
    for engine in ("functional", "systemc"):
        found = check_replay_of_one_guest(capture, result, "--engine", engine)
        assert found["exits"] > PORT_EXITS_QUIET_MIN
        assert found["fields"]["checked"] > 0


def counts(console: str, what: str) -> int:
    match = re.search(rf"^hv: vm1: captured .*?(\d+) {what}", console, re.M)
    assert match, console
    return int(match[1])


def test_quiet_boot_replays_clean(tmp_path: Path) -> None:
    capture = tmp_path / "linux.acap"
    result = boot("linux", "--capture", str(capture))
    check_userspace(result)
    assert counts(result.console, "rows dropped") == 0
    assert counts(result.console, "accesses") >= PORT_EXITS_QUIET_MIN
    assert counts(result.console, "bytes") <= EXIT_BYTES_MAX * counts(result.console, "exits")
    check_replay(capture, result)


def test_verbose_boot_on_two_cpus_replays_clean(tmp_path: Path) -> None:
    capture = tmp_path / "linux.acap"
    result = boot("linux", "--verbose", "--cpus", "2", "--capture", str(capture))
    check_userspace(result)
    assert "Run /init as init process" in result.console
    assert counts(result.console, "accesses") >= PORT_EXITS_VERBOSE_MIN
    check_replay(capture, result)


def test_boots_on_tigerlake() -> None:
    check_userspace(boot("linux", "--model", "tigerlake"))


def test_the_loader_takes_this_kernel() -> None:
    environment = {**os.environ, "ACRN_BZIMAGE": str(LINUX / "vmlinuz")}
    command = [GUEST_TEST, "--gtest_filter=*KernelOfTheEnvironment"]
    command.append("--gtest_also_run_disabled_tests")
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0 and "[  PASSED  ] 1 test." in result.stdout, result.stdout


@pytest.mark.parametrize("name", ["vmlinuz", "initramfs.cpio"])
def test_a_missing_file_names_the_remedy(tmp_path: Path, name: str) -> None:
    for other in ("vmlinuz", "initramfs.cpio"):
        if other != name:
            (tmp_path / other).write_bytes(b"x")
    result = boot("linux", "--linux", str(tmp_path))
    assert (result.code, f"{name}: no such file; build it" in result.talk) == (4, True), str(result)
