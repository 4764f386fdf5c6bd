# SPDX-License-Identifier: BSD-3-Clause
"""Runs acrntb in tests, and makes captures, whole and broken."""

from __future__ import annotations

import os
import resource
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

ACRNTB = os.environ["ACRNTB"]
SANITIZED = os.environ.get("ACRN_SANITIZED") == "1"
MEMORY_MAX = 512 << 20

HEADER_SIZE = 18  # of a frame; see traces/wire/frame.hpp
MAGIC_SIZE = 8
KIND_HEADER, KIND_CHUNK, KIND_INDEX = 1, 2, 3

PERF_TEXT = """\
 CPU 0/KVM  4711 [001]   100.000001000: kvm:kvm_pio: pio_write at 0x3f8 size 1 count 1 val 0x41
 CPU 0/KVM  4711 [001]   100.000002000: kvm:kvm_userspace_exit: reason KVM_EXIT_IO (2)
 CPU 0/KVM  4711 [001]   100.000010000: kvm:kvm_userspace_exit: reason KVM_EXIT_IO (2)
 CPU 0/KVM  4711 [001]   100.000011000: kvm:kvm_pio: pio_read at 0x3fd size 1 count 1 val 0x60
 CPU 0/KVM  4711 [001]   100.000020000: kvm:kvm_mmio: mmio write len 4 gpa 0xfed000f0 val 0x12345678
 CPU 0/KVM  4711 [001]   100.000021000: kvm:kvm_userspace_exit: reason KVM_EXIT_MMIO (6)
"""


@dataclass
class Result:
    code: int
    out: str
    err: str


def _limits() -> None:
    if not SANITIZED:  # a sanitizer reserves terabytes of addresses
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))


def run(
    *arguments: object,
    stdin: bytes = b"",
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    stdout: object = subprocess.PIPE,
) -> Result:
    """Runs acrntb with bounded memory. Standard error must be clean text."""
    environment = {**os.environ, **(env or {})}
    done = subprocess.run(
        [ACRNTB, *map(str, arguments)],
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=cwd,
        timeout=300,
        preexec_fn=_limits,
        check=False,
    )
    return Result(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())


def assert_error(result: Result, code: int, *fragments: str) -> None:
    """The run failed with `code`, one line on standard error with all fragments and no data."""
    assert result.code == code, (result.code, result.err)
    assert result.out == ""
    lines = result.err.splitlines()
    assert len(lines) == 1, result.err
    assert lines[0].startswith("error: "), result.err
    for fragment in fragments:
        assert fragment in lines[0], (fragment, lines[0])
    assert "terminate called" not in result.err
    assert "internal error" not in result.err


def make_capture(folder: Path, text: str = PERF_TEXT, name: str = "small.acap") -> Path:
    """A capture of a few accesses, imported from text."""
    source = folder / (name + ".txt")
    source.write_text(text)
    capture = folder / name
    result = run("import", source, "-o", capture, "-q")
    assert result.code == 0, result.err
    return capture


def many_accesses(count: int) -> str:
    """Text with `count` port writes, one microsecond apart."""
    line = (
        " CPU 0/KVM  4711 [001]   100.{:06d}000: kvm:kvm_pio: pio_write at 0x{:x} size 1 "
        "count 1 val 0x{:x}\n"
    )
    return "".join(line.format(i, 0x3F8 + i % 8, i * 2654435761 >> 7 & 0xFF) for i in range(count))


def stored_zstd(data: bytes) -> bytes:
    """A zstd frame of one uncompressed block (RFC 8878); `data` is at most 128 KiB."""
    block = len(data) << 3 | 0 << 1 | 1  # size, raw, last
    return b"\x28\xb5\x2f\xfd\x00\x58" + struct.pack("<I", block)[:3] + data


def crc32c(data: bytes) -> int:
    """The frames' checksum, bit by bit: independent of the code under test."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


@dataclass
class Frame:
    offset: int
    kind: int
    codec: int
    raw: int
    payload: bytes

    def encode(self) -> bytes:
        start = struct.pack(
            "<IBBII", 0x466361F7, self.kind, self.codec, len(self.payload), self.raw
        )
        return start + struct.pack("<I", crc32c(start + self.payload)) + self.payload


def frames(data: bytes) -> list[Frame]:
    """The frames of a whole capture."""
    found = []
    offset = MAGIC_SIZE
    while data[offset : offset + 4] == struct.pack("<I", 0x466361F7):
        _, kind, codec, stored, raw, _ = struct.unpack_from("<IBBIII", data, offset)
        payload = data[offset + HEADER_SIZE : offset + HEADER_SIZE + stored]
        found.append(Frame(offset, kind, codec, raw, payload))
        offset += HEADER_SIZE + stored
    return found
