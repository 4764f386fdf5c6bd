# SPDX-License-Identifier: BSD-3-Clause
"""Opening captures and reading their columns."""
from __future__ import annotations

import gc
import random
from pathlib import Path

import numpy as np
import pytest
from conftest import SEABIOS_ACCESSES, SEABIOS_LINES

import pyacrn


def test_small_capture_holds_what_the_trace_said(small: Path) -> None:
    with pyacrn.open(small) as capture:
        columns = capture.columns()
    assert len(columns) == 2
    assert columns.address.tolist() == [0x3FD, 0x3F8]
    assert columns.direction.tolist() == [pyacrn.Direction.READ, pyacrn.Direction.WRITE]
    assert columns.space.tolist() == [pyacrn.Space.PORT] * 2
    assert columns.size.tolist() == [1, 1]
    assert columns.value is not None and columns.value.tolist() == [0x60, 0x41]
    assert columns.value_known.tolist() == [1, 1]
    assert columns.count.tolist() == [1, 1]


def test_info_of_the_seabios_boot(seabios: Path) -> None:
    with pyacrn.open(str(seabios)) as capture:
        info = capture.info
        totals = capture.totals()
    assert info.version >= 1
    assert info.clock.timed
    assert not info.cut
    assert info.source.dialect == "kvm-ftrace"
    assert info.source.used + info.source.ignored + info.source.rejected >= SEABIOS_LINES
    assert totals["access"].rows == SEABIOS_ACCESSES


def test_chunks_and_columns_hold_the_same(seabios: Path) -> None:
    with pyacrn.open(seabios) as capture:
        chunks = list(capture.chunks())
        whole = capture.columns()
    assert sum(len(chunk) for chunk in chunks) == len(whole) == SEABIOS_ACCESSES
    order = np.argsort(np.concatenate([chunk.sequence for chunk in chunks]), kind="stable")
    for name, column in whole.as_dict().items():
        joined = np.concatenate([chunk.as_dict()[name] for chunk in chunks])[order]
        assert np.array_equal(joined, column), name


def test_each_call_of_chunks_starts_anew(seabios: Path) -> None:
    with pyacrn.open(seabios) as capture:
        first = next(capture.chunks())
        again = next(capture.chunks())
    assert np.array_equal(first.address, again.address)


def test_arrays_are_read_only_for_good(seabios: Path) -> None:
    with pyacrn.open(seabios) as capture:
        for columns in (next(capture.chunks()), capture.columns()):
            for name, array in columns.as_dict().items():
                assert not array.flags.writeable, name
            with pytest.raises(ValueError):
                columns.address[0] = 1
            with pytest.raises(ValueError):
                columns.address.setflags(write=True)


def test_arrays_look_into_the_decoded_buffer(seabios: Path) -> None:
    with pyacrn.open(seabios) as capture:
        chunk = next(capture.chunks())
    assert not chunk.address.flags.owndata
    assert type(chunk.address.base).__name__ == "PyCapsule"


def test_arrays_outlive_capture_and_chunk(seabios: Path) -> None:
    capture = pyacrn.open(seabios)
    chunk = next(capture.chunks())
    columns = capture.columns()
    address, value = chunk.address, columns.value
    assert value is not None
    copies = address.copy(), value.copy()
    capture.close()
    del capture, chunk, columns
    gc.collect()
    churn = [np.ones(len(copies[0]), dtype=np.uint64) for _ in range(64)]
    assert np.array_equal(address, copies[0]) and np.array_equal(value, copies[1])
    assert len(churn) == 64


def test_closed_capture_refuses_everything(small: Path) -> None:
    capture = pyacrn.open(small)
    running = capture.chunks()
    next(running)
    capture.close()
    for use in (lambda: next(running), capture.columns, capture.totals, capture.replay):
        with pytest.raises(ValueError, match="closed"):
            use()
    with pytest.raises(ValueError, match="closed"):
        list(capture.chunks())


def test_missing_file_is_the_environments_fault(tmp_path: Path) -> None:
    with pytest.raises(pyacrn.CaptureEnvironmentError, match="none.acap"):
        pyacrn.open(tmp_path / "none.acap")


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, b"# tracer: nop\n"])
def test_other_file_is_the_contents_fault(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.acap"
    path.write_bytes(content)
    with pytest.raises(pyacrn.ContentError, match="other.acap") as caught:
        pyacrn.open(path)
    assert isinstance(caught.value, pyacrn.Error)
    assert "\n" not in str(caught.value)


def test_cut_file_opens_and_says_so(seabios: Path, tmp_path: Path) -> None:
    whole = seabios.read_bytes()
    path = tmp_path / "cut.acap"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    with pyacrn.open(path) as capture:
        assert capture.info.cut
        rows = sum(len(chunk) for chunk in capture.chunks())  # every whole chunk
        assert rows == len(capture.columns()) == capture.totals()["access"].rows
    assert 0 < rows < SEABIOS_ACCESSES


def test_damaged_chunk_costs_one_chunk(seabios: Path, tmp_path: Path) -> None:
    with pyacrn.open(seabios) as capture:
        sizes = [len(chunk) for chunk in capture.chunks()]
    assert len(sizes) >= 2
    damaged = bytearray(seabios.read_bytes())
    damaged[len(damaged) // 3] ^= 0x10
    path = tmp_path / "damaged.acap"
    path.write_bytes(damaged)
    with pyacrn.open(path) as capture:
        with pytest.raises(pyacrn.ContentError, match="damaged.acap: offset"):
            list(capture.chunks())
        rest = sum(len(chunk) for chunk in capture.chunks(skip_damaged=True))
    assert rest in {sum(sizes) - size for size in sizes}


def test_no_flipped_bit_goes_unnoticed(small: Path, tmp_path: Path) -> None:
    seed = 20_261_120
    print(f"seed {seed}")
    source = random.Random(seed)
    original = small.read_bytes()
    with pyacrn.open(small) as capture:
        expected = {name: a.tolist() for name, a in capture.columns().as_dict().items()}
    path = tmp_path / "flipped.acap"
    for _ in range(300):
        flipped = bytearray(original)
        flipped[source.randrange(len(flipped))] ^= 1 << source.randrange(8)
        path.write_bytes(flipped)
        try:
            with pyacrn.open(path) as capture:
                got = {name: a.tolist() for name, a in capture.columns().as_dict().items()}
        except pyacrn.ContentError:
            continue
        assert got == expected  # the flip hit the index or the trailer
