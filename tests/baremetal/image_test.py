# SPDX-License-Identifier: BSD-3-Clause
"""What hv.elf is made of: multiboot2, nothing undefined, and the very objects of core and wire."""
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ELF = Path(os.environ["HV_ELF"])
MAP = Path(f"{ELF}.map")
BUILD = Path(os.environ["ACRN_BINARY_DIR"])
SHARED_OBJECTS = os.environ["SHARED_OBJECTS"].split(";")


def linked_files() -> set[Path]:
    """Every file the linker has read, from its map; relative paths are the build folder's."""
    loads = re.findall(r"^LOAD (\S+)$", MAP.read_text(), re.M)
    return {(BUILD / load).resolve() for load in loads}


def test_no_undefined_symbols() -> None:
    result = subprocess.run(["nm", "-u", ELF], capture_output=True, text=True, check=True)
    assert result.stdout == ""


def test_is_multiboot2() -> None:
    assert subprocess.run(["grub-file", "--is-x86-multiboot2", ELF], check=False).returncode == 0


def test_is_an_elf64_whose_segments_are_not_both_writable_and_executable() -> None:
    result = subprocess.run(["readelf", "-lW", ELF], capture_output=True, text=True, check=True)
    assert "EXEC (Executable file)" in result.stdout
    flags = re.findall(r"^ +LOAD .* 0x\w+ ([RWE ]{3}) 0x1000$", result.stdout, re.M)
    assert flags == ["R E", "R  ", "RW "]


def test_links_exactly_the_objects_of_core_and_wire() -> None:
    expected = {Path(name).resolve() for name in SHARED_OBJECTS}
    assert expected, "the build passed no objects"
    folders = {path.parent for path in expected}
    linked = {
        path
        for path in linked_files()
        if path in expected or any(folder in path.parents for folder in folders)
    }
    assert linked == expected


def test_links_no_library() -> None:
    assert not {path for path in linked_files() if path.suffix in {".a", ".so"}}
