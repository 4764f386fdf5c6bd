# SPDX-License-Identifier: BSD-3-Clause
"""Flat real-mode programs: parts of their source, and the assembler."""
from __future__ import annotations

import subprocess
from pathlib import Path

PIC_COMMANDS = (0x20, 0xA0)
PIC_MASKS = (0x21, 0xA1)
PIC_VECTORS = (0x20, 0x28)
# Edge-triggered, in cascade, with a fourth initialisation word.
PIC_INITIALISE = 0x11
# What the third word is: line 2 of the first has the second, whose number there is 2.
CASCADE_LINE = 2
PIC_CASCADE = (1 << CASCADE_LINE, CASCADE_LINE)
PIC_8086_MODE = 1


def write_ports(*writes: tuple[int, int]) -> str:
    """Writes of a byte each: port and value. Changes AX and DX."""
    return "".join(
        f"  mov ${port:#x}, %dx\n  mov ${value:#x}, %al\n  out %al, %dx\n" for port, value in writes
    )


def open_line(line: int) -> str:
    """
    Has interrupts of one line of the PICs, and of no other, reach the label `handler` once they
    are enabled, which they are not here. Changes AX and DX.
    """
    all_masks = 0xFFFF & ~(1 << line | 1 << CASCADE_LINE)
    writes = []
    for number, masks in enumerate(all_masks.to_bytes(2, "little")):
        writes += [
            (PIC_COMMANDS[number], PIC_INITIALISE),
            (PIC_MASKS[number], PIC_VECTORS[number]),
            (PIC_MASKS[number], PIC_CASCADE[number]),
            (PIC_MASKS[number], PIC_8086_MODE),
            (PIC_MASKS[number], masks),
        ]
    vector = PIC_VECTORS[line // 8] + line % 8
    return f"""
  cli
  push %es
  xor %ax, %ax
  mov %ax, %es
  movw $handler, %es:({vector} * 4)
  mov %cs, %es:({vector} * 4 + 2)
  pop %es
{write_ports(*writes)}"""


def assemble(folder: Path, source: str) -> bytes:
    """The program, by the assembler that the image was made with."""
    (folder / "program.S").write_text(f".code16\n{source}\n")
    program = folder / "program.bin"
    subprocess.run(["as", "--32", "-o", "program.o", "program.S"], cwd=folder, check=True)
    command = ["ld", "-m", "elf_i386", "-Ttext", "0", "-e", "0", "--oformat", "binary"]
    subprocess.run([*command, "-o", program, "program.o"], cwd=folder, check=True)
    return program.read_bytes()
