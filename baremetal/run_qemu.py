#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Boot the bare-metal image under QEMU (TCG), show its serial output, and say how it ended.

Standard output is what the image prints on COM1; the verdict goes to standard error.
Exit codes: 0 the image ended with "hv: end: passed"; 1 it failed, crashed or did not end in time;
2 the command line; 4 QEMU or the image is missing; 130 interrupted.
"""
from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from runner import Run, Talk, add_common_arguments, follow

# isa-debug-exit ends QEMU with (value << 1) | 1; the values are Verdict of machine/finish.hpp.
EXIT_STATUS = {"passed": 1, "failed": 3, "crashed": 5}
EXIT_GRACE_SECONDS = 5.0
HALT_GRACE_SECONDS = 0.2

TALK = Talk("run_qemu")


def main() -> int:
    options = parse_arguments()
    qemu = shutil.which(options.qemu)
    if qemu is None:
        return TALK.say(4, f"{options.qemu} not found; install the package qemu-system-x86")
    for path in filter(None, (options.iso, options.firmware)):
        if not path.is_file():
            return TALK.missing(path)
    try:
        run = boot(qemu_command(qemu, options), options)
    except KeyboardInterrupt:
        return TALK.interrupted()
    except BrokenPipeError:
        return TALK.nobody_reads()
    return judge(run, options)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Boot the bare-metal image under QEMU and say how it ended."
    )
    parser.add_argument("iso", type=Path, help="the image, e.g. build/gcc/baremetal/hv.iso")
    add_common_arguments(parser, timeout=180, memory=256)
    parser.add_argument(
        "--firmware", type=Path, metavar="FILE", help="boot by UEFI: an OVMF.fd; default: BIOS"
    )
    parser.add_argument(
        "--no-exit-device",
        action="store_true",
        help="leave out isa-debug-exit: the image then ends in its HLT loop",
    )
    parser.add_argument("--cpus", type=int, default=1, metavar="N", help="default: 1")
    parser.add_argument("--cpu", default="max", metavar="MODEL", help="QEMU's -cpu, default: max")
    parser.add_argument("--qemu", default="qemu-system-x86_64", help="the emulator's program")
    return parser.parse_args()


def qemu_command(qemu: str, options: argparse.Namespace) -> list[str]:
    command = [qemu, "-accel", "tcg", "-cpu", options.cpu, "-m", str(int(options.memory))]
    command += ["-smp", str(options.cpus)]
    command += ["-display", "none", "-serial", "stdio", "-monitor", "none", "-no-reboot"]
    command += ["-nic", "none", "-cdrom", str(options.iso)]
    # boot/grub.cfg hands the words behind "hv:" to the image. Two commas are one to QEMU.
    words = options.append.replace(",", ",,")
    command += ["-smbios", f"type=11,value=hv:{words}"]
    if options.firmware:
        command += ["-bios", str(options.firmware)]
    if not options.no_exit_device:
        command += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    return command


def boot(command: list[str], options: argparse.Namespace) -> Run:
    """Runs QEMU until it ends, the image has halted, or the time is up."""
    grace = HALT_GRACE_SECONDS if options.no_exit_device else EXIT_GRACE_SECONDS
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    return follow(process, process.stdout.fileno(), options.timeout, grace)


def judge(run: Run, options: argparse.Namespace) -> int:
    if run.end is None:
        return TALK.no_end(run, options.timeout, "QEMU")
    expected = None if options.no_exit_device else EXIT_STATUS[run.end]
    if run.status != expected:
        return TALK.say(1, f"the image said {run.end}, but QEMU's exit status is {run.status}")
    return TALK.verdict(run)


if __name__ == "__main__":
    sys.exit(main())
