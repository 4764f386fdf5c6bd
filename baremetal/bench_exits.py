#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Count what a VM exit costs, in instructions: under Bochs a tick of the TSC is one instruction.

A guest reads a port 1,000 times and says how many ticks one read took, exit and entry included,
less an empty loop's. It does so with its devices in the hypervisor, with a Service VM on another
CPU that polls or is notified, and with a capture on and off. The figures of an idle and of a busy
machine are the same.

Exit codes: 0; 1 a run failed; 4 something is missing.
"""
from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TIMEOUT_SECONDS = 300
ANSWERED = re.compile(r"ticks of an IN that the hypervisor answers: (\d+)")
FORWARDED = re.compile(r"ticks of an IN at the test device: (\d+)")
GUEST = "vm1.guest=flat:round_trip\nvm1.memory=2M\n"
ALONE = f"tsc-hz=50000000\nservice=none\n{GUEST}"
BESIDE = f"tsc-hz=20000000\nservice.cpu=0\nvm1.cpu=1\n{GUEST}"
POLLING = "service.hsm=poll\nvm1.completion=polling\n"
NOTIFICATION = "service.hsm=upcall\nvm1.completion=notification\n"


def main() -> int:
    if len(sys.argv) != 3:
        print(f"usage: {sys.argv[0]} hv.iso round_trip.bin", file=sys.stderr)
        return 2
    image, guest = Path(sys.argv[1]), Path(sys.argv[2])
    for path in (image, guest):
        if not path.is_file():
            print(f"bench_exits: {path}: no such file; build it first", file=sys.stderr)
            return 4
    answered, _ = measure(image, guest, ALONE, 1)
    captured, _ = measure(image, guest, ALONE + "capture=memory\n", 1)
    _, polling = measure(image, guest, BESIDE + POLLING, 2)
    _, notified = measure(image, guest, BESIDE + NOTIFICATION, 2)
    rows = (
        ("IN, answered in the hypervisor", answered, 250),
        ("  of that, the capture's ring", captured - answered, 120),
        ("IN, forwarded to another CPU and back, polling", polling, 700),
        ("IN, forwarded to another CPU and back, notification", notified, 1200),
    )
    print(f"{'round trip, instructions':<54}{'measured':>9}{'budget':>8}")
    for name, ticks, budget in rows:
        print(f"{name:<54}{ticks:>9}{budget:>8}")
    return 0


def measure(image: Path, guest: Path, configuration: str, cpus: int) -> tuple[int, int]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config"
        config.write_text(configuration, encoding="ascii")
        run = subprocess.run(
            [
                str(HERE / "run_bochs.py"),
                str(image),
                f"--cpus={cpus}",
                f"--timeout={TIMEOUT_SECONDS}",
                f"--module=round_trip={guest}",
                f"--module=config={config}",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    found = ANSWERED.search(run.stdout), FORWARDED.search(run.stdout)
    if run.returncode != 0 or found[0] is None or found[1] is None:
        sys.stderr.write(run.stdout + run.stderr)
        print("bench_exits: the run failed; its output is above", file=sys.stderr)
        sys.exit(run.returncode or 1)
    return int(found[0].group(1)), int(found[1].group(1))


if __name__ == "__main__":
    sys.exit(main())
