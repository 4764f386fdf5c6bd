# SPDX-License-Identifier: BSD-3-Clause
"""The Linux guest's initial RAM disk: its content, that it repeats, and what is refused."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(os.environ["ACRN_SOURCE_DIR"]) / "baremetal/guest/linux"


def make(output: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(FOLDER / "make_initramfs.py"), *arguments, str(output)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def read_archive(data: bytes) -> dict[str, tuple[int, int, bytes]]:
    """Mode, time and content by name: an independent reader of cpio's "newc"."""
    found = {}
    at = 0
    while True:
        assert data[at : at + 6] == b"070701"
        fields = [int(data[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        name_end = at + 110 + fields[11]
        name = data[at + 110 : name_end - 1].decode()
        start = (name_end + 3) // 4 * 4
        if name == "TRAILER!!!":
            assert start == len(data)
            return found
        found[name] = (fields[1], fields[5], data[start : start + fields[6]])
        at = (start + fields[6] + 3) // 4 * 4


@pytest.fixture
def inputs(tmp_path: Path) -> list[str]:
    port = tmp_path / "port"
    port.write_bytes(b"a program")
    return ["--init", str(FOLDER / "init"), "--port", str(port)]


def test_holds_what_init_needs(tmp_path: Path, inputs: list[str]) -> None:
    output = tmp_path / "initramfs.cpio"
    assert make(output, *inputs).returncode == 0
    files = read_archive(output.read_bytes())
    assert {time for _, time, _ in files.values()} == {0}
    assert files["init"] == (0o100755, 0, (FOLDER / "init").read_bytes())
    assert files["bin/port"] == (0o100755, 0, b"a program")
    assert files["bin/busybox"][2] == Path("/bin/busybox").read_bytes()
    assert files["dev/console"][0] == 0o020600
    for applet in ("sh", "mount", "grep", "sed", "uname"):
        assert files[f"bin/{applet}"] == (0o120777, 0, b"busybox")


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path, inputs: list[str]) -> None:
    outputs = [tmp_path / "one", tmp_path / "two"]
    for output in outputs:
        assert make(output, *inputs).returncode == 0
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def test_a_program_that_needs_libraries_is_refused(tmp_path: Path, inputs: list[str]) -> None:
    result = make(tmp_path / "out", *inputs, "--busybox", "/usr/bin/env")
    assert (result.returncode, "install busybox-static" in result.stderr) == (3, True)
    result = make(tmp_path / "out", *inputs, "--busybox", str(FOLDER / "init"))
    assert result.returncode == 3


def test_a_missing_file_is_named(tmp_path: Path, inputs: list[str]) -> None:
    result = make(tmp_path / "out", *inputs, "--busybox", "/no/busybox")
    assert (result.returncode, "/no/busybox: no such file" in result.stderr) == (4, True)
