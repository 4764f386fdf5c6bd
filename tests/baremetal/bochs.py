# SPDX-License-Identifier: BSD-3-Clause
"""Runs of the image for tests: the runners, guests' modules, and what the image printed."""
from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(os.environ["ACRN_SOURCE_DIR"]) / "baremetal"
ELF = os.environ["HV_ELF"]
ISO = os.environ["HV_ISO"]
LINUX = Path(os.environ["ACRN_BINARY_DIR"]) / "baremetal/guest/linux"
# A quiet machine needs a fraction of it; both cores may be busy with other tests.
TIMEOUT_SECONDS = "600"


@dataclass
class Result:
    """What a run printed on the image's console, said about itself, and ended with."""

    code: int
    console: str
    talk: str

    def __str__(self) -> str:
        return f"code {self.code}\n{self.console}{self.talk}"

    def digests(self) -> list[str]:
        """Of all VMs that were captured and ended."""
        return re.findall(r"^hv: \w+: digest (0x[0-9a-f]{8})$", self.console, re.M)

    def ends(self) -> dict[str, str]:
        """How each VM ended, by its name, without the count of VM entries."""
        return dict(re.findall(r"^hv: (\w+): ended: (.*), \d+ entries$", self.console, re.M))


def run(program: str, *arguments: str) -> Result:
    """`program` is a file of baremetal/: run_bochs.py, run_qemu.py or boot.py."""
    command = [sys.executable, str(FOLDER / program), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return Result(result.returncode, result.stdout, result.stderr)


def boot(guest: str, *arguments: str) -> Result:
    common = ("--image", ELF, "--linux", str(LINUX), "--timeout", TIMEOUT_SECONDS)
    return run("boot.py", "--guest", guest, *common, *arguments)


def run_configuration(
    folder: Path, lines: list[str], modules: dict[str, bytes], *options: str
) -> Result:
    """Runs with these lines as the module `config`, and these modules."""
    arguments = ["--timeout", TIMEOUT_SECONDS, *options]
    config = "\n".join([*lines, ""]).encode()
    for name, content in {"config": config, **modules}.items():
        (folder / name).write_bytes(content)
        arguments += ["--module", f"{name}={folder / name}"]
    return run("run_bochs.py", ELF, *arguments)
