# SPDX-License-Identifier: BSD-3-Clause
"""What the Service VM's binary is made of: a header that tells the truth, core's very objects."""
from __future__ import annotations

import os
import re
import struct
import subprocess
from pathlib import Path

ELF = Path(os.environ["SERVICE_ELF"])
BINARY = Path(os.environ["SERVICE_BIN"])
MAP = Path(f"{ELF}.map")
BUILD = Path(os.environ["ACRN_BINARY_DIR"])
CORE_OBJECTS = os.environ["CORE_OBJECTS"].split(";")


def linked_files() -> set[Path]:
    """Every file the linker has read, from its map; relative paths are the build folder's."""
    loads = re.findall(r"^LOAD (\S+)$", MAP.read_text(), re.M)
    return {(BUILD / load).resolve() for load in loads}


def symbols(elf: str | Path) -> dict[str, int]:
    result = subprocess.run(["nm", elf], capture_output=True, text=True, check=True)
    return {
        name: int(value, 16)
        for value, _, name in re.findall(r"^(\w{16}) (\w) (\S+)$", result.stdout, re.M)
    }


def test_header_tells_where_the_binary_lies_and_what_it_needs() -> None:
    image = BINARY.read_bytes()
    magic, version, size, load, entry, file_size, memory_size = struct.unpack_from("<8sII4Q", image)
    at = symbols(ELF)
    assert (magic, version, size, load) == (b"ACRNSVM1", 1, 48, 0x100000)
    assert entry == at["service_entry"]
    assert file_size == len(image)
    assert load + memory_size == at["service_end"]


def test_hypervisor_carries_this_very_binary() -> None:
    hypervisor = os.environ["HV_ELF"]
    at = symbols(hypervisor)
    assert at["hv_service_image_end"] - at["hv_service_image"] == BINARY.stat().st_size
    assert BINARY.read_bytes() in Path(hypervisor).read_bytes()


def test_no_undefined_symbols() -> None:
    result = subprocess.run(["nm", "-u", ELF], capture_output=True, text=True, check=True)
    assert result.stdout == ""


def test_segments_are_not_both_writable_and_executable() -> None:
    result = subprocess.run(["readelf", "-lW", ELF], capture_output=True, text=True, check=True)
    flags = re.findall(r"^ +LOAD .* 0x\w+ ([RWE ]{3}) 0x1000$", result.stdout, re.M)
    assert flags == ["R E", "R  ", "RW "]


def test_links_exactly_the_objects_of_core() -> None:
    expected = {Path(name).resolve() for name in CORE_OBJECTS}
    assert expected, "the build passed no objects"
    folder = BUILD / "core"
    linked = {path for path in linked_files() if folder in path.parents}
    assert linked == expected


def test_links_no_library() -> None:
    assert not {path for path in linked_files() if path.suffix in {".a", ".so"}}
