# SPDX-License-Identifier: BSD-3-Clause
"""What broken captures get: a place, an expectation, a remedy, and the right exit code."""

import random
import struct
from pathlib import Path

import pytest

from support import (
    HEADER_SIZE,
    KIND_CHUNK,
    KIND_HEADER,
    MAGIC_SIZE,
    Frame,
    Result,
    assert_error,
    crc32c,
    frames,
    run,
)

VERBS = ["info", "report", "replay"]
READING_VERBS = ["report", "replay"]


def write(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "broken.acap"
    path.write_bytes(data)
    return path


def survives(result: Result) -> None:
    """Any answer is fine but a crash, an internal error, or silence about a failure."""
    assert result.code in (0, 1, 3), (result.code, result.err)
    if result.code == 3:
        assert_error(result, 3, "offset ")


@pytest.mark.parametrize("verb", VERBS)
def test_empty(tmp_path: Path, verb: str) -> None:
    path = write(tmp_path, b"")
    assert_error(run(verb, path), 3, str(path), "offset 0", "empty", "expected")


@pytest.mark.parametrize("verb", VERBS)
def test_random(tmp_path: Path, verb: str) -> None:
    path = write(tmp_path, random.Random(1).randbytes(100_000))
    assert_error(run(verb, path), 3, str(path), "offset 0", "expected")


@pytest.mark.parametrize("verb", VERBS)
def test_missing_directory_and_unreadable(tmp_path: Path, verb: str) -> None:
    missing = tmp_path / "none.acap"
    assert_error(run(verb, missing), 4, str(missing), "No such file", "check the name")
    assert_error(run(verb, tmp_path), 4, str(tmp_path), "is a directory")


@pytest.mark.parametrize("verb", VERBS)
def test_transferred_as_text(tmp_path: Path, small: Path, verb: str) -> None:
    path = write(tmp_path, small.read_bytes().replace(b"\r\n", b"\n"))
    assert_error(run(verb, path), 3, str(path), "offset 0")


@pytest.mark.parametrize("verb", READING_VERBS)
def test_bit_flip_in_a_chunk(tmp_path: Path, large: Path, verb: str) -> None:
    data = bytearray(large.read_bytes())
    chunk = [frame for frame in frames(bytes(data)) if frame.kind == KIND_CHUNK][1]
    data[chunk.offset + HEADER_SIZE + 10] ^= 0x10
    path = write(tmp_path, bytes(data))
    assert_error(
        run(verb, path),
        3,
        str(path),
        f"offset {chunk.offset}",
        "CRC-32C",
        "expected",
        "--skip-damaged",
    )


@pytest.mark.parametrize("verb", READING_VERBS)
def test_skip_damaged_goes_on_and_counts(tmp_path: Path, large: Path, verb: str) -> None:
    data = bytearray(large.read_bytes())
    chunk = [frame for frame in frames(bytes(data)) if frame.kind == KIND_CHUNK][1]
    data[chunk.offset + HEADER_SIZE + 10] ^= 0x10
    path = write(tmp_path, bytes(data))
    result = run(verb, path, "--skip-damaged")
    assert result.code in (0, 1)
    assert f"warning: {path}: events are missing; damaged places skipped: 1\n" in result.err
    assert result.out != ""
    if verb == "report":
        assert 0 < result.out.count(" io:access ") < 60_000


@pytest.mark.parametrize("verb", READING_VERBS)
def test_cut_between_frames(tmp_path: Path, large: Path, verb: str) -> None:
    data = large.read_bytes()
    third = [frame for frame in frames(data) if frame.kind == KIND_CHUNK][2]
    path = write(tmp_path, data[: third.offset])
    result = run(verb, path)
    assert result.code == 0, result.err
    assert f"warning: {path}: the end is missing" in result.err
    assert result.out != ""


def test_info_of_a_cut_capture(tmp_path: Path, large: Path) -> None:
    data = large.read_bytes()
    path = write(tmp_path, data[: frames(data)[-1].offset])
    result = run("info", path)
    assert result.code == 0
    assert "cut: the end is missing" in result.out
    assert "the end is missing" in result.err


@pytest.mark.parametrize("verb", VERBS)
def test_cut_anywhere(tmp_path: Path, small: Path, verb: str) -> None:
    data = small.read_bytes()
    for size in sorted({1, 7, 8, 9, *range(0, len(data), 17), len(data) - 1}):
        survives(run(verb, write(tmp_path, data[:size])))


@pytest.mark.parametrize("verb", VERBS)
def test_a_flip_anywhere(tmp_path: Path, small: Path, verb: str) -> None:
    data = small.read_bytes()
    generator = random.Random(2)
    for _ in range(40):
        flipped = bytearray(data)
        flipped[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        survives(run(verb, write(tmp_path, bytes(flipped))))


def newer(data: bytes) -> bytes:
    """The capture with its header saying that only readers of version 99 understand it."""
    header = frames(data)[0]
    assert header.kind == KIND_HEADER and header.codec == 0
    assert header.payload[:4] == b"\x08\x01\x10\x01"  # version 1, min_reader 1
    payload = b"\x08\x63\x10\x63" + header.payload[4:]
    changed = Frame(header.offset, KIND_HEADER, 0, len(payload), payload).encode()
    return data[:MAGIC_SIZE] + changed + data[MAGIC_SIZE + len(changed) :]


@pytest.mark.parametrize("verb", VERBS)
def test_newer_version(tmp_path: Path, small: Path, verb: str) -> None:
    path = write(tmp_path, newer(small.read_bytes()))
    assert_error(run(verb, path), 3, str(path), "offset 8", "99", "use a newer acrntb")


@pytest.mark.parametrize("verb", READING_VERBS)
def test_a_frame_that_claims_gigabytes(tmp_path: Path, small: Path, verb: str) -> None:
    data = small.read_bytes()
    chunk = next(frame for frame in frames(data) if frame.kind == KIND_CHUNK)
    for stored, raw in [(0xF000_0000, 0xF000_0000), (len(chunk.payload), 0xF000_0000)]:
        start = struct.pack("<IBBII", 0x466361F7, KIND_CHUNK, 1, stored, raw)
        frame = start + struct.pack("<I", crc32c(start + chunk.payload)) + chunk.payload
        path = write(tmp_path, data[: chunk.offset] + frame)
        assert_error(run(verb, path), 3, str(path), f"offset {chunk.offset}", "expected at most")


@pytest.mark.parametrize("verb", READING_VERBS)
def test_a_frame_that_unpacks_to_more_than_it_says(tmp_path: Path, small: Path, verb: str) -> None:
    data = small.read_bytes()
    chunk = next(frame for frame in frames(data) if frame.kind == KIND_CHUNK)
    # A zstd frame of run-length blocks: 512 x 128 KiB of zeros in 2 KiB.
    bomb = b"\x28\xb5\x2f\xfd\x00\x58" + b"".join(
        struct.pack("<I", (128 << 10) << 3 | 1 << 1 | (1 if i == 511 else 0))[:3] + b"\0"
        for i in range(512)
    )
    path = write(tmp_path, data[: chunk.offset] + Frame(0, KIND_CHUNK, 1, 4096, bomb).encode())
    assert_error(run(verb, path), 3, str(path), f"offset {chunk.offset}")
