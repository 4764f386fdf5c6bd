# SPDX-License-Identifier: BSD-3-Clause
"""The test guests under Bochs: every placement of their devices and of the VMs, BIOS and UEFI."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from bochs import Result, boot

# Cases of each guest: a guest that ends early must not pass.
CASES = {"real": 225, "protected": 225, "long": 259}
VM_OF = {"real": "vm1", "protected": "vm2", "long": "vm3"}


def check_guests(result: Result, modes: list[str]) -> None:
    assert result.code == 0, str(result)
    for mode in modes:
        passed = re.findall(rf"^{mode}: PASS (.*)$", result.console, re.M)
        assert len(passed) == len(set(passed)), "names of cases are unique"
        assert len(passed) == CASES[mode]
        assert f"{mode}: {CASES[mode]} passed, 0 failed\n" in result.console
        assert f"{mode}: this line is one instruction\n" in result.console
    assert " FAIL " not in result.console
    assert set(result.ends().values()) == {"test-exit port, code 0"}
    assert len(result.ends()) == len(modes)
    assert result.console.endswith("hv: end: passed\n")


def test_three_guests_share_a_cpu_with_the_service_vm() -> None:
    result = boot("selftest")
    check_guests(result, list(CASES))
    refused = re.findall(
        r"^hv: (vm\d): not emulated: .* in (\d\d-bit) code at rip", result.console, re.M
    )
    assert sorted(refused) == [("vm1", "16-bit"), ("vm2", "32-bit"), ("vm3", "64-bit")]


def test_devices_in_the_hypervisor() -> None:
    check_guests(boot("selftest", "--append", "service=none"), list(CASES))


@pytest.mark.parametrize("completion", ["notification", "polling"])
@pytest.mark.parametrize("hsm", ["upcall", "poll"])
def test_service_vm_on_its_own_cpu(completion: str, hsm: str) -> None:
    words = f"vm1.completion={completion} service.hsm={hsm}"
    check_guests(boot("selftest-long", "--cpus", "2", "--append", words), ["long"])


def test_another_cpu_model() -> None:
    words = ("--append", "service=none", "--model", "tigerlake")
    check_guests(boot("selftest-long", *words), ["long"])


def test_runs_repeat_and_firmware_does_not_show(tmp_path: Path) -> None:
    """Two runs are the same to the byte; what UEFI leaves is not seen by guests."""
    captures, digests = [], []
    for number, firmware in enumerate(([], [], ["--uefi"])):
        capture = tmp_path / f"{number}.acap"
        result = boot("selftest-real", "--capture", str(capture), *firmware)
        check_guests(result, ["real"])
        captures.append(capture.read_bytes())
        digests.append(re.findall(r"^hv: vm1: digest (0x[0-9a-f]{8})$", result.console, re.M))
    assert captures[0] == captures[1]
    assert len(digests[0]) == 1
    assert digests[0] == digests[1] == digests[2]
