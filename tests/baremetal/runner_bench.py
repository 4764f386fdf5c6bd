# SPDX-License-Identifier: BSD-3-Clause
"""A runner of baremetal/ beside small programs that stand in for its emulator."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(os.environ["ACRN_SOURCE_DIR"]) / "baremetal"


class Bench:
    """An image file and a place for emulators that are shell scripts."""

    def __init__(self, folder: Path, emulator: str) -> None:
        """`emulator` is `bochs` or `qemu`: the end of the runner's name, and an option of it."""
        self.folder = folder
        self.emulator = emulator
        self.image = folder / "hv.iso"
        self.image.write_bytes(b"image")

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        emulator = self.folder / "emulator"
        emulator.write_text(f"#!/bin/sh\n{script}\n")
        emulator.chmod(0o755)
        return self.run_plain(f"--{self.emulator}", str(emulator), str(self.image), *arguments)

    def run_plain(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(FOLDER / f"run_{self.emulator}.py"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)
