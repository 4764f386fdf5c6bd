# SPDX-License-Identifier: BSD-3-Clause
"""CPUs, memory and settings under Bochs: x2APIC, the TSC's deadline timer, UEFI without ACPI."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from bochs import ISO, Result, run

OVMF = Path("/usr/share/ovmf/OVMF.fd")


def run_iso(*arguments: str) -> Result:
    return run("run_bochs.py", ISO, *arguments)


def test_starts_both_cpus_by_madt() -> None:
    result = run_iso("--cpus", "2")
    assert result.code == 0, str(result)
    assert "hv: cpus: 2 running, by MADT\n" in result.console


@pytest.mark.skipif(not OVMF.is_file(), reason="package ovmf is absent")
def test_starts_both_cpus_by_broadcast_where_acpi_is_absent() -> None:
    result = run_iso("--cpus", "2", "--uefi", "--timeout", "240")
    assert result.code == 0, str(result)
    line = "hv: cpus: 2 running, by broadcast, as the boot loader found no ACPI tables\n"
    assert line in result.console


def test_dump_names_the_cpu_and_lines_stay_whole() -> None:
    result = run_iso("--cpus", "2", "--append", "crash=null crash.cpu=1")
    assert result.code == 1
    dump = result.console.split("hv: exception 14, page fault (#PF), ")[1]
    assert dump.split("\n")[1] == "  on cpu 1 of 2"
    assert result.console.endswith("hv: end: crashed\n")


def test_settings_come_from_the_module_too(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("# A rate that no machine has.\n\ntsc-hz=20000001\n")
    result = run_iso("--module", f"config={config}")
    assert re.search(
        r"^hv: configuration: config:3: tsc-hz=20000001: contradicts command line: "
        r"tsc-hz=\d+; keep one of them$",
        result.console,
        re.M,
    ), result.console
    assert result.console.endswith("hv: end: failed\n")


def test_a_module_that_is_no_text_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_bytes(b"\n\x7fELF\0\0\0")
    result = run_iso("--module", f"config={config}")
    assert (
        "hv: configuration: config:2: not text; the module config holds one key=value a line, in "
        "ASCII\n" in result.console
    )
    assert result.console.endswith("hv: end: failed\n")
