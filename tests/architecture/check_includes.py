#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks every #include of the tree against the table of who may include what.

    check_includes.py ROOT         exit 1 and one line per violation, 0 when there is none
    check_includes.py --self-test  proves that violations of each kind are found
"""
import pathlib
import re
import sys
import tempfile
from dataclasses import dataclass

# What works without an operating system; <cstring> for memcpy and its kin, which every image has.
FREESTANDING = frozenset(
    "algorithm array atomic bit compare concepts cstddef cstdint cstring "
    "initializer_list iterator limits new numeric optional ranges span string_view tuple "
    "type_traits utility variant version".split()
)
SYSTEM = r"((asm|linux|sys)/[a-z_]+\.h|(dirent|fcntl|poll|signal|spawn|termios|unistd)\.h)"
JSON = r"nlohmann/json(_fwd)?\.hpp"
VOCABULARY = r"core/[a-z_]+\.hpp"  # the headers at the top of core


@dataclass(frozen=True)
class Zone:
    """A folder and what its files may include: our own headers, and outside ones, as patterns."""

    folder: str
    ours: str
    outside: str
    hosted: bool = True  # any header of the standard library, or freestanding ones only


# The longest folder that contains a file decides.
ZONES = (
    Zone("core", r"core/.*", r"", hosted=False),
    Zone("core/hosted", r"core/.*", r"cstdio|cstdlib", hosted=False),
    Zone("traces/wire", rf"traces/wire/.*|{VOCABULARY}", r"", hosted=False),
    Zone(
        "traces",
        rf"traces/.*|{VOCABULARY}",
        rf"google/protobuf/.*|zstd(_errors)?\.h|lzma\.h|" rf"zlib\.h|{SYSTEM}",
    ),
    Zone("sim/replay", r"sim/replay/.*|traces/.*|core/.*", rf"fmt/.*|{SYSTEM}"),
    Zone(
        "sim/model",
        r"sim/(model|replay)/.*|traces/.*|core/.*",
        rf"systemc|tlm|toml\+\+/toml\.h|fmt/.*|{JSON}|{SYSTEM}",
    ),
    Zone("sim/cli", r"sim/.*|traces/.*|core/.*", rf"CLI/.*|fmt/.*|{JSON}|{SYSTEM}"),
    Zone("pyacrn", r"pyacrn/.*|sim/.*|traces/.*|core/.*", r"pybind11/.*|fmt/.*"),
    Zone("baremetal", r"baremetal/.*|traces/wire/.*|core/.*", r"", hosted=False),
)
# Generated Protobuf types stay inside traces/, and so do headers that show them.
GENERATED = re.compile(r".*\.pb\.h")
STANDARD = re.compile(r"[a-z_]+[0-9]*")  # <vector>, <cstdint>: no dot, no slash
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SUFFIXES = {".hpp", ".cpp", ".h", ".c", ".S"}


def zone_of(path: str) -> "Zone | None":
    fitting = [zone for zone in ZONES if path.startswith(zone.folder + "/")]
    return max(fitting, key=lambda zone: len(zone.folder), default=None)


def headers_that_show_generated(root: pathlib.Path) -> "frozenset[str]":
    """Headers of traces/ through which generated types are seen."""
    includes = {}
    for file in (root / "traces").rglob("*.hpp"):
        lines = file.read_text(encoding="utf-8").splitlines()
        includes[file.relative_to(root).as_posix()] = {
            match[2] for match in map(INCLUDE.match, lines) if match is not None
        }
    showing: "set[str]" = set()
    while True:
        more = {
            path
            for path, headers in includes.items()
            if path not in showing
            and any(GENERATED.fullmatch(header) or header in showing for header in headers)
        }
        if not more:
            return frozenset(showing)
        showing |= more


def complaint(zone: Zone, quoted: bool, header: str, showing: "frozenset[str]") -> "str | None":
    """Why a file of `zone` may not include `header`, or None."""
    if GENERATED.fullmatch(header) or header in showing:
        if zone.folder == "traces":
            return None
        return "it shows generated Protobuf types, which stay inside traces/"
    if quoted:
        if re.fullmatch(zone.ours, header):
            return None
        return f"{zone.folder}/ may include only {zone.ours} of this tree"
    if re.fullmatch(zone.outside, header):
        return None
    if STANDARD.fullmatch(header) and (zone.hosted or header in FREESTANDING):
        # <systemc> looks like a standard header.
        if header not in ("systemc", "tlm"):
            return None
    return f"<{header}> is not among the outside headers that {zone.folder}/ may include"


def violations(root: pathlib.Path) -> "tuple[int, list[str]]":
    """The number of includes looked at, and a line for each that the table forbids."""
    seen = 0
    found = []
    showing = headers_that_show_generated(root)
    for folder in sorted({zone.folder.split("/")[0] for zone in ZONES}):
        for file in sorted((root / folder).rglob("*")):
            path = file.relative_to(root).as_posix()
            if file.suffix not in SUFFIXES or not file.is_file():
                continue
            zone = zone_of(path)
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                if match is None:
                    continue
                seen += 1
                quoted, header = match[1] == '"', match[2]
                if zone is None:
                    why = "no rule covers this folder: add one to tests/architecture"
                else:
                    why = complaint(zone, quoted, header, showing)
                if why is None and quoted and not GENERATED.fullmatch(header):
                    made = root / f"{header}.in"  # configured at build time
                    if not (root / header).is_file() and not made.is_file():
                        why = "includes are written from the repository's root"
                if why is not None:
                    found.append(f"{path}:{number}: {header}: {why}")
    return seen, found


def self_test() -> int:
    """Each case is one file with one include, and whether that is a violation."""
    cases = [
        ("core/a.cpp", "<array>", False),
        ("core/a.cpp", "<vector>", True),
        ("core/a.cpp", "<cstdio>", True),
        ("core/hosted/panic.cpp", "<cstdio>", False),
        ("core/a.cpp", '"traces/rows.hpp"', True),
        ("core/a.cpp", '"types.hpp"', True),
        ("core/a.cpp", '"core/types.hpp"', False),
        ("core/a.cpp", '"core/absent.hpp"', True),
        ("traces/wire/a.cpp", '"core/types.hpp"', False),
        ("traces/wire/a.cpp", '"core/hsm/hsm.hpp"', True),
        ("traces/wire/a.cpp", "<string>", True),
        ("traces/a.cpp", "<string>", False),
        ("traces/a.cpp", "<systemc>", True),
        ("traces/a.cpp", "<zstd.h>", False),
        ("traces/a.cpp", '"sim/replay/plan.hpp"', True),
        ("traces/a.cpp", '"traces/schema/capture.pb.h"', False),
        ("traces/codec.hpp", '"traces/schema/capture.pb.h"', False),
        ("sim/cli/a.cpp", '"traces/schema/capture.pb.h"', True),
        ("sim/cli/a.cpp", '"traces/shows.hpp"', True),
        ("sim/cli/a.cpp", '"sim/cli/made.hpp"', False),
        ("sim/replay/a.cpp", "<systemc>", True),
        ("sim/replay/a.cpp", '"sim/model/timed.hpp"', True),
        ("sim/model/a.cpp", "<systemc>", False),
        ("sim/cli/a.cpp", "<CLI/CLI.hpp>", False),
        ("sim/loose.cpp", "<vector>", True),
        ("baremetal/a.cpp", '"traces/wire/crc.hpp"', False),
        ("baremetal/a.cpp", '"traces/rows.hpp"', True),
        ("baremetal/a.cpp", "<string>", True),
    ]
    wrong = 0
    for path, header, forbidden in cases:
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            for target in (
                "core/types.hpp",
                "core/hsm/hsm.hpp",
                "traces/rows.hpp",
                "traces/wire/crc.hpp",
                "sim/replay/plan.hpp",
                "sim/model/timed.hpp",
            ):
                (root / target).parent.mkdir(parents=True, exist_ok=True)
                (root / target).write_text("")
            (root / "sim/cli").mkdir(exist_ok=True)
            (root / "sim/cli/made.hpp.in").write_text("")
            (root / "traces/shows.hpp").write_text('#include "traces/schema/capture.pb.h"\n')
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(f"// a file\n#include {header}\n")
            seen, found = violations(root)
            if seen != 2 or bool(found) != forbidden:
                print(f"self-test: {path} including {header}: found {found}")
                wrong += 1
    print(f"self-test: {len(cases) - wrong} of {len(cases)} cases right")
    return 1 if wrong else 0


def main(arguments: "list[str]") -> int:
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 1 or not pathlib.Path(arguments[0]).is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    seen, found = violations(pathlib.Path(arguments[0]))
    for line in found:
        print(line)
    print(f"{seen} includes, {len(found)} forbidden")
    return 1 if found or seen == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
