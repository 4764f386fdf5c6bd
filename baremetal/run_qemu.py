#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Boot the bare-metal image under QEMU (TCG), show its serial output, and say how it ended.

Standard output is what the image prints on COM1; the verdict goes to standard error.
Exit codes: 0 the image ended with "hv: end: passed"; 1 it failed, crashed or did not end in time;
2 the command line; 4 QEMU or the image is missing; 130 interrupted.
"""
from __future__ import annotations

import argparse
import os
import re
import selectors
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

END_LINE = re.compile(r"^hv: end: (passed|failed|crashed)$")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# isa-debug-exit ends QEMU with (value << 1) | 1; the values are Verdict of machine/finish.hpp.
EXIT_STATUS = {"passed": 1, "failed": 3, "crashed": 5}
EXIT_GRACE_SECONDS = 5.0


@dataclass
class Run:
    """What one boot gave."""

    end: str | None
    status: int | None
    seconds: float
    timed_out: bool


def main() -> int:
    options = parse_arguments()
    qemu = shutil.which(options.qemu)
    if qemu is None:
        return complain(4, f"{options.qemu} not found; install the package qemu-system-x86")
    for path in filter(None, (options.iso, options.firmware)):
        if not path.is_file():
            return complain(4, f"{path}: no such file; build it: cmake --build --preset gcc")
    try:
        run = boot(qemu_command(qemu, options), options)
    except KeyboardInterrupt:
        return complain(130, "interrupted")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return complain(1, "nobody reads standard output any more; stopped")
    return judge(run, options)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Boot the bare-metal image under QEMU and say how it ended."
    )
    parser.add_argument("iso", type=Path, help="the image, e.g. build/gcc/baremetal/hv.iso")
    parser.add_argument("--append", default="", metavar="WORDS", help="command line of the image")
    parser.add_argument(
        "--timeout", type=positive, default=60.0, metavar="SECONDS", help="default: 60"
    )
    parser.add_argument(
        "--memory", type=positive, default=256, metavar="MIB", help="RAM, default: 256"
    )
    parser.add_argument(
        "--firmware", type=Path, metavar="FILE", help="boot by UEFI: an OVMF.fd; default: BIOS"
    )
    parser.add_argument(
        "--no-exit-device",
        action="store_true",
        help="leave out isa-debug-exit: the image then ends in its HLT loop",
    )
    parser.add_argument("--cpu", default="max", metavar="MODEL", help="QEMU's -cpu, default: max")
    parser.add_argument("--qemu", default="qemu-system-x86_64", help="the emulator's program")
    options = parser.parse_args()
    if "," in options.append:
        parser.error("--append: QEMU takes a comma as the end of the words; use another character")
    return options


def positive(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def qemu_command(qemu: str, options: argparse.Namespace) -> list[str]:
    command = [qemu, "-accel", "tcg", "-cpu", options.cpu, "-m", str(int(options.memory))]
    command += ["-display", "none", "-serial", "stdio", "-monitor", "none", "-no-reboot"]
    command += ["-nic", "none", "-cdrom", str(options.iso)]
    # boot/grub.cfg hands the words behind "hv:" to the image.
    command += ["-smbios", f"type=11,value=hv:{options.append}"]
    if options.firmware:
        command += ["-bios", str(options.firmware)]
    if not options.no_exit_device:
        command += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    return command


def boot(command: list[str], options: argparse.Namespace) -> Run:
    """Runs QEMU until it ends, the image has halted, or the time is up."""
    start = time.monotonic()
    deadline = start + options.timeout
    grace = 0.2 if options.no_exit_device else EXIT_GRACE_SECONDS
    end: str | None = None
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert process.stdout is not None
    rest = b""
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0 and selector.select(left):
                data = os.read(process.stdout.fileno(), 4096)
                if not data:
                    break
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    if match := END_LINE.match(show(line)):
                        end = match[1]
                        deadline = min(deadline, time.monotonic() + grace)
        if rest:
            show(rest)
        timed_out = end is None and time.monotonic() >= deadline
        status = process.wait(0.5) if end is None and not timed_out else poll(process)
        return Run(end, status, time.monotonic() - start, timed_out)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def poll(process: subprocess.Popen[bytes]) -> int | None:
    """The exit status, or None when the machine has halted and QEMU runs on."""
    try:
        return process.wait(0.1)
    except subprocess.TimeoutExpired:
        return None


def show(line: bytes) -> str:
    text = ESCAPE.sub("", line.decode("ascii", "replace").rstrip("\r"))
    print(text, flush=True)
    return text


def judge(run: Run, options: argparse.Namespace) -> int:
    if run.timed_out:
        return complain(1, f"no end after {options.timeout:g} s; a longer --timeout may help")
    if run.end is None:
        return complain(1, f"QEMU ended with status {run.status} before the image came to its end")
    expected = None if options.no_exit_device else EXIT_STATUS[run.end]
    if run.status != expected:
        return complain(1, f"the image said {run.end}, but QEMU's exit status is {run.status}")
    return complain(0 if run.end == "passed" else 1, f"{run.end} in {run.seconds:.1f} s")


def complain(code: int, sentence: str) -> int:
    print(f"run_qemu: {sentence}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
