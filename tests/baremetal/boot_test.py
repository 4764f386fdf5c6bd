# SPDX-License-Identifier: BSD-3-Clause
"""Boots hv.iso under QEMU and reads what it says: the orderly way, and every way to crash."""
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from bochs import ISO, Result, run

OVMF = Path("/usr/share/ovmf/OVMF.fd")
GRUB_FOR_UEFI = Path("/usr/lib/grub/x86_64-efi")
CHECK_COUNT_MIN = 12
# Image, boot information, ACPI tables, what firmware keeps for itself.
MEMORY_TAKEN_MIB_MAX = 16
DUMPED = "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 cr2 cr3 flg cs ss".split()


def run_iso(*arguments: str) -> Result:
    return run("run_qemu.py", ISO, *arguments)


def check_orderly(result: Result, cpus: int = 1, memory_mib: int = 256) -> None:
    assert result.code == 0, str(result)
    assert re.search(r"^hv: ACRN testbed hypervisor image \d+\.\d+\.\d+$", result.console, re.M)
    count = re.search(r"^hv: self-test: (\d+) checks, (\d+) passed$", result.console, re.M)
    assert count and count[1] == count[2] and int(count[1]) >= CHECK_COUNT_MIN
    assert " failed: " not in result.console
    memory = re.search(r"^hv: memory: (\d+) MiB free$", result.console, re.M)
    assert memory and 0 <= memory_mib - int(memory[1]) <= MEMORY_TAKEN_MIB_MAX
    assert re.search(r"^hv: time: TSC at [1-9]\d{6,} Hz, measured$", result.console, re.M)
    assert f"hv: cpus: {cpus} running, by MADT\n" in result.console
    assert re.search(r"^hv: VMX: VT-x is absent: .*\.$", result.console, re.M)
    assert result.console.endswith("hv: end: passed\n")


def test_boots_and_ends_in_order() -> None:
    check_orderly(run_iso())


def test_comes_to_the_digest_of_the_hosted_build() -> None:
    command = [os.environ["HOSTED_TEST"], "--gtest_filter=SelfTest.DigestIsTheSameEveryTime"]
    hosted = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    expected = re.search(r"^hosted digest (0x[0-9a-f]{8})$", hosted, re.M)
    assert expected, hosted
    assert f"hv: self-test: digest {expected[1]}\n" in run_iso().console


def test_comes_to_the_same_digest_without_the_crc32_instruction() -> None:
    outputs = [run_iso("--cpu", cpu).console for cpu in ("max", "qemu64")]
    digests = [re.findall(r"digest (0x[0-9a-f]{8})$", output, re.M) for output in outputs]
    assert len(digests[0]) == 1
    assert digests[0] == digests[1]


def test_ends_in_a_halt_loop_without_the_exit_device() -> None:
    check_orderly(run_iso("--no-exit-device"))


@pytest.mark.skipif(not OVMF.is_file(), reason="package ovmf is absent")
@pytest.mark.skipif(not GRUB_FOR_UEFI.is_dir(), reason="package grub-efi-amd64-bin is absent")
def test_boots_by_uefi() -> None:
    arguments = ["--firmware", str(OVMF), "--timeout", "120", "--cpus", "4", "--memory", "6144"]
    check_orderly(run_iso(*arguments), cpus=4, memory_mib=6144)


@pytest.mark.parametrize("memory_mib", [512, 6144])
def test_takes_all_cpus_and_all_memory(memory_mib: int) -> None:
    result = run_iso("--cpus", "4", "--memory", str(memory_mib))
    check_orderly(result, cpus=4, memory_mib=memory_mib)


def test_takes_as_many_cpus_as_it_is_told() -> None:
    check_orderly(run_iso("--cpus", "4", "--append", "cpus=3"), cpus=3)


def test_takes_the_tsc_rate_that_it_is_told() -> None:
    assert (
        "hv: time: TSC at 123456789 Hz, by configuration\n"
        in run_iso("--append", "tsc-hz=123456789").console
    )


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("cpus=3", "cpus=3: only 2 came up; write cpus=2"),
        (
            "vm1.guest=selftest-real vm1.cpu=2",
            "vm1.cpu=2: there is no such CPU; CPUs 0 to 1 run; choose one of them or give the "
            "machine more CPUs",
        ),
        (
            "vm1.guest=selftest-real vm1.devices=pic,uart vm1.forward=uart,rtc",
            "command line: vm1.forward=uart,rtc: uart cannot be in the hypervisor, too: command "
            "line: vm1.devices=pic,uart; take it out of one list",
        ),
    ],
)
def test_settings_that_cannot_be_end_in_order(words: str, line: str) -> None:
    result = run_iso("--cpus", "2", "--append", words)
    assert result.code == 1
    assert result.console.endswith(f"hv: configuration: {line}\nhv: end: failed\n")


@pytest.mark.parametrize(
    ("kind", "headline", "cr2"),
    [
        ("ud2", r"exception 6, invalid opcode \(#UD\), error code 0x0000, at rip 0x0{10}1\w{5}", 0),
        ("null", r"exception 14, page fault \(#PF\), error code 0x0002, .*", 0),
        ("text", r"exception 14, page fault \(#PF\), error code 0x0003, .*", 0x100000),
        ("stack", r"exception 8, double fault \(#DF\), error code 0x0000, .*", None),
    ],
)
def test_exception_is_dumped(kind: str, headline: str, cr2: int | None) -> None:
    result = run_iso("--append", f"crash={kind}")
    assert result.code == 1
    assert re.search(f"^hv: {headline}$", result.console, re.M), result.console
    dump = result.console.split("hv: exception ")[1].split("\n", 1)[1]
    assert dump.startswith("  on cpu 0 of 1\n")
    registers = dict(re.findall(r"(\w+) +(0x[0-9a-f]{16})", dump))
    assert list(registers) == DUMPED
    if cr2 is not None:
        assert int(registers["cr2"], 16) == cr2
    assert result.console.endswith("hv: end: crashed\n")


@pytest.mark.parametrize("kind", ["ud2", "stack", "panic"])
def test_crash_of_another_cpu_is_told_by_that_cpu(kind: str) -> None:
    result = run_iso("--cpus", "4", "--append", f"crash={kind} crash.cpu=2")
    assert result.code == 1
    assert ("\n  on cpu 2 of 4\n" in result.console) == (kind != "panic")
    assert result.console.endswith("hv: end: crashed\n")


def test_stack_overflow_stops_at_the_guard_page() -> None:
    dump = run_iso("--append", "crash=stack").console
    # A dump without the register is None here, and subscripting None fails the test as it should.
    rsp = int(re.search(r"rsp (0x\w+)", dump)[1], 16)  # type: ignore[index]
    cr2 = int(re.search(r"cr2 (0x\w+)", dump)[1], 16)  # type: ignore[index]
    assert rsp % 0x1000 == 0
    assert cr2 == rsp - 8


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("panic", r"the command line asked for a panic \(.*crash\.cpp:\d+\)"),
        ("assert", r"__idx < size\(\) \(.*span:\d+\)"),
    ],
)
def test_broken_contract_panics(kind: str, sentence: str) -> None:
    result = run_iso("--append", f"crash={kind}")
    assert result.code == 1
    assert re.search(f"^hv: panic: {sentence}$", result.console, re.M), result.console
    assert result.console.endswith("hv: end: crashed\n")


def test_unknown_crash_is_refused() -> None:
    result = run_iso("--append", "crash=gently")
    assert result.code == 1
    assert "hv: command line: unknown crash=gently; known are " in result.console
    assert result.console.endswith("hv: end: failed\n")
