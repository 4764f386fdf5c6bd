# SPDX-License-Identifier: BSD-3-Clause
"""What the runners of all emulators share: reading the image's console, and how a run is judged."""
from __future__ import annotations

import argparse
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

END_LINE = re.compile(r"^hv: end: (passed|failed|crashed)$")
ESCAPE = re.compile(r"\x1b\[[0-9;?=]*[A-Za-z]")

EXIT_FAILED = 1
EXIT_MISSING = 4
EXIT_INTERRUPTED = 130


@dataclass
class Run:
    """What one boot gave."""

    end: str | None
    status: int | None
    seconds: float
    timed_out: bool


class Console:
    """The image's COM1: complete lines go to standard output; the line that ends a run is kept."""

    def __init__(self) -> None:
        self.end: str | None = None
        self._rest = b""

    def feed(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if match := END_LINE.match(show(line)):
                self.end = match[1]

    def close(self) -> None:
        """Shows a last line that was cut off. It does not count as an end."""
        if self._rest:
            show(self._rest)
        self._rest = b""


def show(line: bytes) -> str:
    text = ESCAPE.sub("", line.decode("ascii", "replace").rstrip("\r"))
    print(text, flush=True)
    return text


def follow(process: subprocess.Popen[bytes], console: int, timeout: float, grace: float) -> Run:
    """Shows the console until the emulator ends, or `grace` seconds after the image's end, or until
    the time is up. The emulator's process group is gone afterwards."""
    start = time.monotonic()
    deadline = start + timeout
    screen = Console()
    ended = os.pidfd_open(process.pid)
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(console, selectors.EVENT_READ)
            selector.register(ended, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                ready = {key.fd for key, _ in selector.select(left)}
                if console in ready:
                    before, data = screen.end, os.read(console, 1 << 16)
                    if not data:
                        selector.unregister(console)
                    screen.feed(data)
                    if before is None and screen.end is not None:
                        deadline = min(deadline, time.monotonic() + grace)
                elif ended in ready:
                    break
        screen.close()
        timed_out = screen.end is None and time.monotonic() >= deadline
        return Run(screen.end, process.poll(), time.monotonic() - start, timed_out)
    finally:
        os.close(ended)
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the emulator with all that it has started; it must lead a session of its own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def positive(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def add_common_arguments(parser: argparse.ArgumentParser, timeout: float, memory: int) -> None:
    parser.add_argument("--append", default="", metavar="WORDS", help="command line of the image")
    parser.add_argument(
        "--timeout",
        type=positive,
        default=timeout,
        metavar="SECONDS",
        help=f"default: {timeout:g}",
    )
    parser.add_argument(
        "--memory", type=positive, default=memory, metavar="MIB", help=f"RAM, default: {memory}"
    )


class Talk:
    """Sentences on standard error, each with the exit code that it explains."""

    def __init__(self, program: str) -> None:
        self.program = program

    def say(self, code: int, sentence: str) -> int:
        print(f"{self.program}: {sentence}", file=sys.stderr)
        return code

    def missing(self, path: Path) -> int:
        remedy = "build it: cmake --build --preset gcc"
        return self.say(EXIT_MISSING, f"{path}: no such file; {remedy}")

    def interrupted(self) -> int:
        return self.say(EXIT_INTERRUPTED, "interrupted")

    def nobody_reads(self) -> int:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return self.say(EXIT_FAILED, "nobody reads standard output any more; stopped")

    def no_end(self, run: Run, timeout: float, emulator: str) -> int:
        """For a run without an end line."""
        if run.timed_out:
            return self.say(EXIT_FAILED, f"no end after {timeout:g} s; a longer --timeout may help")
        return self.say(
            EXIT_FAILED,
            f"{emulator} ended with status {run.status} before the image came to its end",
        )

    def verdict(self, run: Run) -> int:
        """For a run with an end line."""
        return self.say(
            0 if run.end == "passed" else EXIT_FAILED, f"{run.end} in {run.seconds:.1f} s"
        )
