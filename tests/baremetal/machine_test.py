# SPDX-License-Identifier: BSD-3-Clause
"""CPUs, memory and settings under Bochs: x2APIC, the TSC's deadline timer, UEFI without ACPI."""
from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

RUNNER = Path(os.environ["ACRN_SOURCE_DIR"]) / "baremetal/run_bochs.py"
ISO = os.environ["HV_ISO"]
OVMF = Path("/usr/share/ovmf/OVMF.fd")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(RUNNER), ISO, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_starts_both_cpus_by_madt() -> None:
    result = run("--cpus", "2")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "hv: cpus: 2 running, by MADT\n" in result.stdout


@pytest.mark.skipif(not OVMF.is_file(), reason="package ovmf is absent")
def test_starts_both_cpus_by_broadcast_where_acpi_is_absent() -> None:
    result = run("--cpus", "2", "--uefi", "--timeout", "240")
    assert result.returncode == 0, result.stdout + result.stderr
    line = "hv: cpus: 2 running, by broadcast, as the boot loader found no ACPI tables\n"
    assert line in result.stdout


def test_dump_names_the_cpu_and_lines_stay_whole() -> None:
    result = run("--cpus", "2", "--append", "crash=null crash.cpu=1")
    assert result.returncode == 1
    dump = result.stdout.split("hv: exception 14, page fault (#PF), ")[1]
    assert dump.split("\n")[1] == "  on cpu 1 of 2"
    assert result.stdout.endswith("hv: end: crashed\n")


def test_settings_come_from_the_module_too(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("# A rate that no machine has.\n\ntsc-hz=20000001\n")
    result = run("--module", f"config={config}")
    assert re.search(
        r"^hv: configuration: config:3: tsc-hz=20000001: contradicts command line: "
        r"tsc-hz=\d+; keep one of them$",
        result.stdout,
        re.M,
    ), result.stdout
    assert result.stdout.endswith("hv: end: failed\n")


def test_a_module_that_is_no_text_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_bytes(b"\n\x7fELF\0\0\0")
    result = run("--module", f"config={config}")
    assert (
        "hv: configuration: config:2: not text; the module config holds one key=value a line, in "
        "ASCII\n" in result.stdout
    )
    assert result.stdout.endswith("hv: end: failed\n")
