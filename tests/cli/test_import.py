# SPDX-License-Identifier: BSD-3-Clause
"""acrntb import."""

import gzip
import json
import lzma
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from support import ACRNTB, PERF_TEXT, assert_error, run, stored_zstd


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "guest.perf-script.txt"
    path.write_text(PERF_TEXT)
    return path


def test_tells_what_became_of_every_line(source: Path, tmp_path: Path) -> None:
    result = run("import", source, "-o", tmp_path / "x.acap", "--json")
    assert result.code == 0
    assert result.err == ""
    report = json.loads(result.out)
    lines = len(PERF_TEXT.splitlines())
    assert report["lines"] == lines
    assert report["used_lines"] + report["ignored_lines"] + report["rejected_lines"] == lines
    assert report["rejected_lines"] == 0
    assert report["accesses"] == 3
    assert report["dialect"] == "kvm-perf-script"


def test_text_report_has_the_counts(source: Path, tmp_path: Path) -> None:
    result = run("import", source, "-o", tmp_path / "x.acap")
    assert result.code == 0
    for word in ["used", "ignored", "rejected", "kvm_pio", "kvm-perf-script", "accesses"]:
        assert word in result.out


def test_several_vms_are_warned_about_with_threads_and_remedy(tmp_path: Path) -> None:
    source = tmp_path / "two.txt"
    source.write_text(
        "".join(
            f" CPU 0/KVM-{thread} [000] .... 1.00000{thread}: kvm_entry: vcpu 0\n"
            f" CPU 0/KVM-{thread} [000] .... 1.00001{thread}: kvm_pio: pio_write at 0x80 size 1 "
            "count 1 val 0x1\n"
            for thread in (7, 8)
        )
    )
    result = run("import", source, "-o", tmp_path / "two.acap")
    assert result.code == 0
    assert result.err.startswith(f"warning: {source}: events of several VMs (threads 8 run vCPUs ")
    assert "acrntb record kvm --pid PID" in result.err


def test_rejected_lines_are_warned_about_with_number_and_reason(tmp_path: Path) -> None:
    source = tmp_path / "bad-line.txt"
    source.write_text(
        PERF_TEXT + " CPU 0/KVM  4711 [001]   100.000030000: kvm:kvm_pio: "
        "pio_write at 0x3f8 size 3 count 1 val 0x41\n"
    )
    result = run("import", source, "-o", tmp_path / "x.acap")
    assert result.code == 0
    assert "line 7: " in result.out
    assert f"warning: {source}: 1 of 7 lines were rejected; the first is line 7: " in result.err


@pytest.mark.parametrize(
    "ending, pack", [(".xz", lzma.compress), (".gz", gzip.compress), (".zst", stored_zstd)]
)
def test_compressed_sources_are_known_by_content(tmp_path: Path, ending: str, pack) -> None:
    for name in ["guest.txt" + ending, "without-ending"]:
        source = tmp_path / name
        source.write_bytes(pack(PERF_TEXT.encode()))
        assert run("import", source, "-o", tmp_path / (name + ".acap")).code == 0


def test_reads_standard_input_and_writes_standard_output(source: Path, tmp_path: Path) -> None:
    expected = tmp_path / "file.acap"
    assert run("import", source, "-o", expected).code == 0
    with open(tmp_path / "pipe.acap", "wb") as pipe:
        result = run("import", "-", "-o", "-", stdin=PERF_TEXT.encode(), stdout=pipe)
    assert result.code == 0
    assert "accesses" in result.err
    events = [run("report", tmp_path / name).out for name in ["file.acap", "pipe.acap"]]
    assert events[0] == events[1] != ""


def test_default_output_is_named_after_the_source(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    assert run("import", source, cwd=folder).code == 0
    assert [path.name for path in folder.iterdir()] == ["guest.perf-script.acap"]


def test_never_overwrites_without_force(source: Path, tmp_path: Path) -> None:
    output = tmp_path / "x.acap"
    output.write_text("precious")
    assert_error(run("import", source, "-o", output), 2, str(output), "exists already", "--force")
    assert output.read_text() == "precious"
    assert run("import", source, "-o", output, "--force").code == 0
    assert run("info", output).code == 0


def test_usage_errors(source: Path) -> None:
    assert_error(run("import", "-", stdin=b"x"), 2, "-o is needed")
    assert_error(run("import", source, "-o", "-", "--json"), 2, "--json and -o -")
    assert_error(run("import", source, "-o", source, "--force"), 2, "is the input as well")
    assert_error(
        run("import", source, "-o", "x.acap", "--dialect", "klingon"),
        2,
        "--dialect 'klingon'",
        "kvm-perf-script",
        "qemu-log",
    )


def test_what_the_machine_refuses(source: Path, tmp_path: Path) -> None:
    missing = tmp_path / "none.txt"
    assert_error(run("import", missing, "-o", tmp_path / "x"), 4, str(missing), "No such file")
    assert_error(run("import", tmp_path, "-o", tmp_path / "x"), 4, str(tmp_path), "directory")
    assert_error(run("import", source, "-o", tmp_path), 4, str(tmp_path), "directory")
    assert_error(run("import", source, "-o", tmp_path / "no" / "x"), 4, "there is no folder")
    assert_error(
        run("import", source, "-o", "/dev/full"), 4, "/dev/full", "No space left on device"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"Dear sir,\nthis is a letter.\n",
        b"int main() { return 0; }\n" * 1000,
        b"a" * (1 << 20),
        bytes(range(256)) * 64,
    ],
    ids=["empty", "blank", "letter", "code", "endless_line", "binary"],
)
def test_other_texts_are_refused_and_leave_nothing(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "other.txt"
    source.write_bytes(content)
    output = tmp_path / "x.acap"
    assert_error(run("import", source, "-o", output), 3, str(source))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.txt"]


@pytest.mark.parametrize("pack", [lzma.compress, gzip.compress])
def test_cut_compressed_sources_are_refused(tmp_path: Path, pack) -> None:
    source = tmp_path / "cut.txt.packed"
    source.write_bytes(pack(PERF_TEXT.encode() * 100)[:-20])
    output = tmp_path / "x.acap"
    assert_error(run("import", source, "-o", output), 3, str(source))
    assert not output.exists()


@pytest.mark.parametrize("byte", [b"\0", b"\n", b"a"])
def test_a_decompression_bomb_stays_in_bounded_memory(tmp_path: Path, byte: bytes) -> None:
    source = tmp_path / "bomb.gz"
    with gzip.open(source, "wb", compresslevel=9) as packed:
        for _ in range(160):
            packed.write(byte * (4 << 20))
    assert source.stat().st_size < 2 << 20
    output = tmp_path / "x.acap"
    assert_error(run("import", source, "-o", output), 3, str(source))
    assert not output.exists()


def test_ctrl_c_keeps_the_part_and_says_so(tmp_path: Path) -> None:
    output = tmp_path / "x.acap"
    with subprocess.Popen(
        [ACRNTB, "import", "-", "-o", str(output)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(PERF_TEXT.encode() * 2000)
        process.stdin.flush()
        partial = tmp_path / "x.acap.partial"
        deadline = time.monotonic() + 60
        while not partial.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert out == b""
        assert os.fsencode(partial) in err
    assert partial.exists()
    assert not output.exists()
