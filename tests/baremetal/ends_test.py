# SPDX-License-Identifier: BSD-3-Clause
"""How guests end, each without harm to its neighbours, and configurations that cannot be run."""
from __future__ import annotations

from pathlib import Path

import pytest
from bochs import ELF, ISO, run, run_configuration

# Flat real-mode programs: what they do, and how that is reported.
TEST_EXIT_0 = b"\xb0\x00\xe6\xf4\xf4"  # mov $0, %al; out %al, $0xf4; hlt
TEST_EXIT_7 = b"\xb0\x07\xe6\xf4\xf4"
KEYBOARD_RESET = b"\xb0\xfe\xe6\x64\xf4"  # mov $0xfe, %al; out %al, $0x64; hlt
RESET_CONTROL = b"\xba\xf9\x0c\xb0\x06\xee\xf4"  # mov $0xcf9, %dx; mov $6, %al; out %al, %dx; hlt
POWER_OFF = b"\xba\x04\x06\xb8\x00\x20\xef\xf4"  # mov $0x604, %dx; mov $0x2000, %ax; out %ax, %dx
# lidt of a descriptor of zeros at 0x20; int3: no vector, no #GP, no #DF.
TRIPLE_FAULT = b"\x0f\x01\x1e\x20\x00\xcc\xf4" + bytes(64)
# 100,000,000 rounds, then test exit 0: it must outlive the others.
LONG_RUN = b"\x66\xb9\x00\xe1\xf5\x05\x66\x49\x75\xfc" + TEST_EXIT_0


def flat_vms(programs: dict[str, bytes]) -> list[str]:
    return [f"vm{number}.guest=flat:{name}" for number, name in enumerate(programs, 1)]


def test_every_end_is_reported_and_leaves_the_others_running(tmp_path: Path) -> None:
    programs = {
        "keyboard": KEYBOARD_RESET,
        "control": RESET_CONTROL,
        "off": POWER_OFF,
        "triple": TRIPLE_FAULT,
        "exit": TEST_EXIT_7,
        "long": LONG_RUN,
    }
    result = run_configuration(tmp_path, ["service=none", *flat_vms(programs)], programs)
    ends = result.ends()
    assert list(ends)[-1] == "vm6", str(result)
    assert ends["vm1"].startswith("reset")
    assert ends["vm2"].startswith("reset")
    assert ends["vm3"].startswith("power-off")
    assert ends["vm4"].startswith("triple fault")
    assert ends["vm5"] == "test-exit port, code 7"
    assert ends["vm6"] == "test-exit port, code 0"
    assert result.console.endswith("hv: end: failed\n")
    assert result.code == 1


def test_a_guest_that_passes_makes_the_run_pass(tmp_path: Path) -> None:
    result = run_configuration(
        tmp_path, ["service=none", "vm1.guest=flat:exit"], {"exit": TEST_EXIT_0}
    )
    assert (result.code, result.console.endswith("hv: end: passed\n")) == (0, True), str(result)


def made_up_kernel() -> bytearray:
    """A file with the header of a bzImage that wants 64 MiB at 16 MiB."""
    kernel = bytearray(2048 + 0x1000)
    fields = {0x1F1: b"\x03", 0x1F4: (0x100).to_bytes(4, "little"), 0x202: b"HdrS"}
    fields |= {0x206: b"\x0f\x02", 0x211: b"\x01", 0x22C: b"\xff\xff\xff\x7f", 0x236: b"\x3f"}
    fields |= {0x238: b"\xff\x07", 0x258: (16 << 20).to_bytes(8, "little")}
    fields |= {0x260: (64 << 20).to_bytes(4, "little")}
    for offset, value in fields.items():
        kernel[offset : offset + len(value)] = value
    return kernel


@pytest.mark.parametrize(
    ("lines", "modules", "talk"),
    [
        (["vm1.guest=linux"], {}, 'there is no module "linux"; loaded are config'),
        (
            ["vm1.guest=linux"],
            {"linux": bytes(made_up_kernel()[:-1])},
            "module linux: cut off: 6143 bytes where the header promises 6144",
        ),
        (
            ["vm1.guest=linux", "vm1.memory=64M"],
            {"linux": bytes(made_up_kernel())},
            "module linux: needs 80 MiB of RAM, the VM has 64; raise vmN.memory",
        ),
        (
            ["vm1.guest=flat:x", "vm1.memory=4G"],
            {"x": b"\xf4"},
            "hv: vm1: no 4096 MiB of memory in one piece",
        ),
        (["vm1.guest=flat:x", "vm1.cpu=3"], {"x": b"\xf4"}, "vm1.cpu"),
    ],
    ids=["no-module", "cut-kernel", "vm-memory", "machine-memory", "cpu"],
)
def test_what_cannot_be_run_ends_with_one_line(
    tmp_path: Path, lines: list[str], modules: dict[str, bytes], talk: str
) -> None:
    result = run_configuration(tmp_path, ["service=none", *lines], modules)
    assert result.code == 1
    said = [line for line in result.console.splitlines() if talk in line]
    assert len(said) == 1 and said[0].startswith("hv: "), str(result)
    assert result.console.endswith("hv: end: failed\n")


@pytest.mark.parametrize("firmware", [[], ["--firmware", "/usr/share/ovmf/OVMF.fd"]])
def test_qemu_has_no_vtx_and_a_guest_is_refused(firmware: list[str]) -> None:
    words = "vm1.guest=selftest-real service=none"
    result = run("run_qemu.py", ISO, "--append", words, "--timeout", "120", *firmware)
    assert result.code == 1
    assert "hv: VMX: VT-x is absent: " in result.console, str(result)
    assert " ended: " not in result.console
    assert result.console.endswith("hv: end: failed\n")


def test_the_iso_itself_boots_under_bochs() -> None:
    result = run("run_bochs.py", ISO, "--timeout", "120")
    assert result.code == 0, str(result)
    assert "hv: VMX: all that guests need is there\n" in result.console


def test_a_hypervisor_that_hangs_is_stopped() -> None:
    result = run("run_bochs.py", ELF, "--timeout", "1", "--append", "crash=ud2")
    assert (result.code, "no end after 1 s" in result.talk) == (1, True), str(result)
