# SPDX-License-Identifier: BSD-3-Clause
"""What is typed into a VM's UART: in the hypervisor, which records it, and in the Service VM."""
from __future__ import annotations

from pathlib import Path

import pytest
from bochs import Result, run_configuration
from captures import check_replay_of_one_guest, rows
from real_mode import assemble, open_line, write_ports

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
UART_LINE = 4
# FIFO on, OUT2 opens the gate of the interrupts, of which received bytes ask for one.
UART_INTERRUPTS = write_ports((0x3FA, 1), (0x3FC, 8), (0x3F9, 1))
# HLT between interrupts.
INTERRUPTS = {
    "prepare": open_line(UART_LINE) + UART_INTERRUPTS,
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
    assert bytes(typed_bytes(capture)).startswith(f"{NAME}\n".encode())
    check_replay(capture, result)


@pytest.mark.parametrize(("how", "cpus"), [("polling", 1), ("interrupts", 1), ("interrupts", 2)])
def test_a_forwarded_uart_is_typed_into_and_replayed(tmp_path: Path, how: str, cpus: int) -> None:
    capture = tmp_path / "out.acap"
    options = ("--cpus", str(cpus), "--capture", str(capture))
    result = run_guest(tmp_path, how, [f"vm1.cpu={cpus - 1}"], *options)
    check_talk(result)
    assert typed_bytes(capture) == []
    check_replay(capture, result)


def typed_bytes(capture: Path) -> list[int]:
    """Those that the hypervisor recorded."""
    inputs = rows(capture, "input", 1)
    return [row["payload"] for row in inputs if row["kind"] == "received_byte"]


def check_replay(capture: Path, result: Result) -> None:
    for engine in ("functional", "systemc"):
        check_replay_of_one_guest(capture, result, "--engine", engine)
