# SPDX-License-Identifier: BSD-3-Clause
"""What is typed into a VM's UART: in the hypervisor, which records it, and in the Service VM."""
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from bochs import Result, assemble, run_configuration

ACRNTB = os.environ["ACRNTB"]
# More than the FIFO has, and than the ring to the Service VM.
NAME = "Ada King, Countess of Lovelace, who wrote a program for a machine that nobody had built"
TYPED = f"{NAME}\nand more that nobody reads".encode()
# Asks for a name, echoes what is typed, greets, and ends with 0.
PROGRAM = """
  {prepare}
  mov $question, %si
  call print
  mov $name, %di
1:
  call read
  mov %al, (%di)
  inc %di
  call put
  cmp $10, %al
  jne 1b
  movb $0, (%di)
  mov $greeting, %si
  call print
  mov $name, %si
  call print
  mov $0, %al
  out %al, $0xf4

print:
  lodsb
  test %al, %al
  jz 2f
  call put
  jmp print
put:
  mov $0x3f8, %dx
  out %al, %dx
2:
  ret
{read}
question: .asciz "What is your name? "
greeting: .asciz "Hello, "
name: .skip 256
"""
POLLING = {
    "prepare": "",
    "read": """
read:
  mov $0x3fd, %dx
3:
  in %dx, %al
  test $1, %al
  jz 3b
  mov $0x3f8, %dx
  in %dx, %al
  ret
""",
}
# Interrupts of line 4 by vector 0x24, and HLT in between.
INTERRUPTS = {
    "prepare": """
  cli
  xor %ax, %ax
  mov %ax, %es
  movw $handler, %es:(0x24 * 4)
  mov %cs, %es:(0x24 * 4 + 2)
  mov $initialise, %si
3:
  lodsw
  test %ax, %ax
  jz 4f
  mov %ah, %dh
  mov %al, %dl
  lodsb
  out %al, %dx
  jmp 3b
initialise:                         # port, value
  .irp pair, 0x2011, 0x2120, 0x2104, 0x2101, 0x21ef
  .byte \\pair >> 8, 0, \\pair & 0xff
  .endr
  .byte 0xfa, 3, 1, 0xfc, 3, 8, 0xf9, 3, 1, 0, 0
4:
  push %ds
  pop %es
""",
    "read": """
read:
  cli
  mov taken, %bx
  cmp received, %bx
  jne 5f
  sti
  hlt
  jmp read
5:
  sti
  mov queue(%bx), %al
  incw taken
  ret
handler:
  push %ax
  push %bx
  push %dx
6:
  mov $0x3fd, %dx
  in %dx, %al
  test $1, %al
  jz 7f
  mov $0x3f8, %dx
  in %dx, %al
  mov received, %bx
  mov %al, queue(%bx)
  incw received
  jmp 6b
7:
  mov $0x20, %al
  out %al, $0x20
  pop %dx
  pop %bx
  pop %ax
  iret
received: .word 0
taken: .word 0
queue: .skip 256
""",
}
HOW = {"polling": POLLING, "interrupts": INTERRUPTS}


def check_talk(result: Result) -> None:
    assert result.code == 0, str(result)
    talk = f"What is your name? {NAME}\nHello, {NAME}\n"
    assert talk in result.console, str(result)


def run_guest(folder: Path, how: str, lines: list[str], *options: str) -> Result:
    modules = {"program": assemble(folder, PROGRAM.format(**HOW[how])), "typed": TYPED}
    common = ["vm1.guest=flat:program", "vm1.input=typed", "vm1.input-after=your name?"]
    return run_configuration(folder, [*common, *lines], modules, *options)


@pytest.mark.parametrize("how", HOW)
def test_the_hypervisors_uart_is_typed_into_and_replayed(tmp_path: Path, how: str) -> None:
    capture = tmp_path / "out.acap"
    result = run_guest(tmp_path, how, ["vm1.forward=rtc,test"], "--capture", str(capture))
    check_talk(result)
    typed = inputs(capture, "received_byte")
    read = NAME + "\n"
    assert "".join(map(chr, typed)).startswith(read)
    check_replay(capture, result)


@pytest.mark.parametrize(("how", "cpus"), [("polling", 1), ("interrupts", 1), ("interrupts", 2)])
def test_a_forwarded_uart_is_typed_into_and_replayed(tmp_path: Path, how: str, cpus: int) -> None:
    capture = tmp_path / "out.acap"
    options = ("--cpus", str(cpus), "--capture", str(capture))
    result = run_guest(tmp_path, how, [f"vm1.cpu={cpus - 1}"], *options)
    check_talk(result)
    assert inputs(capture, "received_byte") == []
    check_replay(capture, result)


def inputs(capture: Path, kind: str) -> list[int]:
    command = [ACRNTB, "report", str(capture), "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = map(json.loads, result.stdout.splitlines())
    return [
        row["payload"]
        for row in rows
        if row["stream"] == "input" and row["vm"] == 1 and row["kind"] == kind
    ]


def check_replay(capture: Path, result: Result) -> None:
    for engine in ("functional", "systemc"):
        command = [ACRNTB, "replay", str(capture), "--engine", engine, "--json"]
        replay = subprocess.run(command, capture_output=True, text=True, check=False)
        assert replay.returncode == 0, replay.stdout + replay.stderr
        found = json.loads(replay.stdout)["replay"]
        assert (found["divergences"], found["skipped"]) == (0, 0)
        digests = {vcpu["vm"]: vcpu["digest"] for vcpu in found["vcpus"]}
        assert result.digests() == [digests[1]]
