# SPDX-License-Identifier: BSD-3-Clause
"""What acrntb says about a capture of a run."""
from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bochs import Result

ACRNTB = os.environ["ACRNTB"]


def acrntb(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [ACRNTB, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rows(capture: Path, stream: str, vm: int) -> Iterator[dict[str, Any]]:
    """The rows of a VM in a stream, in the order of the report."""
    result = acrntb("report", capture, "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    for row in map(json.loads, result.stdout.splitlines()):
        if (row["stream"], row["vm"]) == (stream, vm):
            yield row


def replay(capture: Path, *options: str) -> dict[str, Any]:
    """The report of a replay, which has skipped nothing and found nothing different."""
    result = acrntb("replay", capture, "--json", *options)
    assert result.returncode == 0, result.stdout + result.stderr
    found: dict[str, Any] = json.loads(result.stdout)["replay"]
    assert (found["divergences"], found["skipped"]) == (0, 0), found
    return found


def check_replay_of_one_guest(capture: Path, result: Result, *options: str) -> dict[str, Any]:
    """The same, and it comes to the digest that the image printed for VM 1, the only guest."""
    found = replay(capture, *options)
    digests = {vcpu["vm"]: vcpu["digest"] for vcpu in found["vcpus"]}
    assert result.digests() == [digests[1]]
    return found
