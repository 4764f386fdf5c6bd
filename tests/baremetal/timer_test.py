# SPDX-License-Identifier: BSD-3-Clause
"""Timers, in the Service VM and in the hypervisor: their interrupts come when they are due."""
from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from bochs import run_configuration
from captures import check_replay_of_one_guest
from real_mode import assemble, open_line, write_ports

# Sixteen periods of 1/64 s, by the guest's TSC, give or take one period.
TICKS_HZ = {1: 50_000_000, 2: 20_000_000}
PERIODS = 16
RATE_HZ = 64
CLOCK_LINE = 8
# Registers A and B of the clock, by index and data port: 64 Hz, periodic interrupts.
START_CLOCK = write_ports((0x70, 0x0A), (0x71, 0x2A), (0x70, 0x0B), (0x71, 0x42))
# Register C says why, and lets the next one come; 3 where the clock has not asked for it.
TAKE_CLOCK = """
  mov $0x0c, %al
  out %al, $0x70
  in $0x71, %al
  cmp $0xc0, %al
  je 7f
  mov $3, %al
  out %al, $0xf4
7:"""
TIMER_LINE = 0
TIMER_HZ = 1_193_182
# Channel 0 of the timer as a rate generator, both bytes of the count.
START_TIMER = write_ports(
    (0x43, 0x34), (0x40, TIMER_HZ // RATE_HZ & 0xFF), (0x40, TIMER_HZ // RATE_HZ >> 8)
)
# Counts interrupts. Nothing but their handler reaches the device in between. Ends with 0; with 1
# where the time is not that of PERIODS.
PROGRAM = """
  {prepare}
  sti
3:
  {wait}
  cmpw ${last}, count
  jb 3b
  cli
  mov latest, %eax
  sub first, %eax
  xor %bl, %bl
  cmp ${ticks_min}, %eax
  jb 4f
  cmp ${ticks_max}, %eax
  jbe 5f
4:
  inc %bl
5:
  mov %bl, %al
  out %al, $0xf4

handler:
  rdtsc
  cmpw $0, count
  jne 6f
  mov %eax, first
6:
  mov %eax, latest
  incw count
{take}
  mov $0x20, %al
  out %al, $0xa0
  out %al, $0x20
  iret

first: .long 0
latest: .long 0
count: .word 0
"""


def program(folder: Path, wait: str, ticks_hz: int, device: str = "clock") -> bytes:
    period = ticks_hz // RATE_HZ
    prepare, take = {
        "clock": (open_line(CLOCK_LINE) + START_CLOCK, TAKE_CLOCK),
        "timer": (open_line(TIMER_LINE) + START_TIMER, ""),
    }[device]
    source = PROGRAM.format(
        prepare=prepare,
        take=take,
        wait=wait,
        last=PERIODS + 1,
        ticks_min=(PERIODS - 1) * period,
        ticks_max=(PERIODS + 1) * period,
    )
    return assemble(folder, source)


def configuration(cpus: int, names: Iterable[str]) -> list[str]:
    lines = []
    for number, name in enumerate(names, 1):
        lines += [f"vm{number}.guest=flat:{name}", f"vm{number}.cpu={cpus - 1}"]
    return lines


@pytest.mark.parametrize("cpus", [1, 2])
def test_the_forwarded_clocks_interrupts_are_punctual(tmp_path: Path, cpus: int) -> None:
    """For a guest that halts, and for one that computes; beside the Service VM or not."""
    waits = {"halts": "hlt", "computes": "pause"}
    modules = {name: program(tmp_path, wait, TICKS_HZ[cpus]) for name, wait in waits.items()}
    lines = configuration(cpus, modules)
    result = run_configuration(tmp_path, lines, modules, "--cpus", str(cpus))
    assert result.code == 0, str(result)
    assert result.ends() == {
        "vm1": "test-exit port, code 0",
        "vm2": "test-exit port, code 0",
    }


@pytest.mark.parametrize("cpus", [1, 2])
def test_they_are_replayed(tmp_path: Path, cpus: int) -> None:
    modules = {"computes": program(tmp_path, "pause", TICKS_HZ[cpus])}
    capture = tmp_path / "out.acap"
    options = ("--cpus", str(cpus), "--capture", str(capture))
    result = run_configuration(tmp_path, configuration(cpus, modules), modules, *options)
    assert result.code == 0, str(result)
    check_replay_of_one_guest(capture, result)


@pytest.mark.parametrize("idle", ["warp", "wait"])
def test_the_guests_tsc_has_the_time_that_it_halted(tmp_path: Path, idle: str) -> None:
    """Alone on its CPU, with the timer in the hypervisor: skipped time has passed, too."""
    modules = {"halts": program(tmp_path, "hlt", TICKS_HZ[2], "timer")}
    lines = [*configuration(2, modules), f"idle={idle}"]
    result = run_configuration(tmp_path, lines, modules, "--cpus", "2")
    assert result.code == 0, str(result)
