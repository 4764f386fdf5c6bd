#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the Linux guest's initial RAM disk: BusyBox, /init and the program `port`.

The same inputs give the same bytes: names in order, all times 0, inode numbers counted. The format
is cpio's "newc": Linux, Documentation/driver-api/early-userspace/buffer-format.rst.
"""
from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

DIRECTORY, REGULAR, LINK, CHARACTER_DEVICE = 0o040755, 0o100755, 0o120777, 0o020600
APPLETS = "cat echo grep mount sed sh sleep uname".split()
ELF_MAGIC = b"\x7fELF"
PT_INTERP = 3


@dataclass
class Entry:
    """One file of the archive."""

    name: str
    mode: int
    content: bytes = b""
    device: tuple[int, int] = (0, 0)


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the Linux guest's initial RAM disk.")
    parser.add_argument("--busybox", type=Path, default=Path("/bin/busybox"))
    parser.add_argument("--init", type=Path, required=True)
    parser.add_argument("--port", type=Path, required=True, help="the program built from port.cpp")
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    for path in (options.busybox, options.init, options.port):
        if not path.is_file():
            return complain(4, f"{path}: no such file; install busybox-static, build guest_port")
    busybox = options.busybox.read_bytes()
    if not is_static_elf(busybox):
        return complain(3, f"{options.busybox}: needs libraries; install busybox-static")
    entries = contents(busybox, options.init.read_bytes(), options.port.read_bytes())
    options.output.write_bytes(archive(entries))
    return 0


def is_static_elf(content: bytes) -> bool:
    """Whether this is a 64-bit ELF program without an interpreter (ELF-64, program headers)."""
    if content[:5] != ELF_MAGIC + b"\x02":
        return False
    start = int.from_bytes(content[32:40], "little")
    size = int.from_bytes(content[54:56], "little")
    count = int.from_bytes(content[56:58], "little")
    headers = (content[start + i * size : start + (i + 1) * size] for i in range(count))
    return all(int.from_bytes(header[:4], "little") != PT_INTERP for header in headers)


def contents(busybox: bytes, init: bytes, port: bytes) -> list[Entry]:
    entries = [Entry(name, DIRECTORY) for name in ("bin", "dev", "proc")]
    entries.append(Entry("bin/busybox", REGULAR, busybox))
    entries += [Entry(f"bin/{name}", LINK, b"busybox") for name in APPLETS]
    entries.append(Entry("bin/port", REGULAR, port))
    # The kernel opens it for process 1 before anything is mounted.
    entries.append(Entry("dev/console", CHARACTER_DEVICE, device=(5, 1)))
    entries.append(Entry("init", REGULAR, init))
    return entries


def archive(entries: list[Entry]) -> bytes:
    parts = [pack(number, entry) for number, entry in enumerate(entries, 1)]
    return b"".join([*parts, pack(0, Entry("TRAILER!!!", 0))])


def pack(number: int, entry: Entry) -> bytes:
    name = entry.name.encode() + b"\0"
    fields = (number, entry.mode, 0, 0, 1, 0, len(entry.content), 0, 0, *entry.device, len(name), 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return pad(header + name) + pad(entry.content)


def pad(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def complain(code: int, sentence: str) -> int:
    print(f"make_initramfs: {sentence}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
