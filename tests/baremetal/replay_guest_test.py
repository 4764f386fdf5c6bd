# SPDX-License-Identifier: BSD-3-Clause
"""A capture fed back: a guest that executes the recorded accesses makes the same ones."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from bochs import Result, boot
from captures import ACRNTB, rows

# Space, direction, address, size, and what was written.
Access = tuple[str, str, int, int, int | None]
TEST_EXIT = ("pio", "write", 0xF4, 1, 0)
ACCESSES_MIN = 10_000
COM1 = 0x3F8
SUMMARY = re.compile(r"^replay: (\d+) accesses, (\d+) reads compared, (\d+) differ(.*)$", re.M)


def accesses(capture: Path) -> list[Access]:
    found: list[Access] = []
    for row in rows(capture, "access", 1):
        assert row["count"] == 1
        written = row["value"] if row["direction"] == "write" else None
        found.append((row["space"], row["direction"], row["address"], row["size_bytes"], written))
    return found


def feed_back(capture: Path, again: Path) -> Result:
    return boot(f"replay:{capture}", "--acrntb", ACRNTB, "--capture", str(again))


def test_accesses_of_a_test_guest_are_made_again(tmp_path: Path) -> None:
    capture, again = tmp_path / "guest.acap", tmp_path / "again.acap"
    first = boot("selftest-long", "--capture", str(capture))
    assert first.code == 0, str(first)
    original = accesses(capture)
    assert len(original) > ACCESSES_MIN
    assert original[-1] == TEST_EXIT
    assert {access[0] for access in original} == {"pio", "mmio"}
    assert {access[3] for access in original} == {1, 2, 4, 8}

    result = feed_back(capture, again)
    summary = SUMMARY.search(result.console)
    assert summary, str(result)
    reads = [access for access in original if access[1] == "read"]
    assert (int(summary[1]), int(summary[2])) == (len(original) - 1, len(reads))
    differ = int(summary[3])
    assert result.ends() == {"vm1": f"test-exit port, code {int(differ != 0)}"}
    assert result.code == int(differ != 0)
    assert (re.search(r"; first at access \d+: (port|mmio) 0x", summary[4]) is None) == (
        differ == 0
    )

    replayed = accesses(again)
    assert replayed[: len(original) - 1] == original[:-1]
    rest = replayed[len(original) - 1 :]
    assert rest[-1] == ("pio", "write", 0xF4, 1, int(differ != 0))
    text = "".join(chr(a[4] or 0) for a in rest if a[1:3] == ("write", COM1))
    assert text == f"\n{summary[0]}\n"


@pytest.mark.parametrize("differs", [False, True])
def test_reads_are_compared(tmp_path: Path, differs: bool) -> None:
    """A counter of the test device that a second run finds as the first did, and the PIT."""
    program, capture = tmp_path / "program", tmp_path / "guest.acap"
    # Start channel 0 of the PIT, and read its count after a loop, which the replay does not have.
    pit = "b034 e643 b000 e640 e640 b9ffff e2fe b000 e643 e440 e440" if differs else ""
    program.write_bytes(bytes.fromhex(f"{pit} ba2405 ec b000 e6f4 f4"))
    assert boot(str(program), "--capture", str(capture)).code == 0
    result = feed_back(capture, tmp_path / "again.acap")
    assert result.code == int(differs), str(result)
    summary = SUMMARY.search(result.console)
    assert summary, str(result)
    assert (summary[3] != "0", "first at access " in summary[4]) == (differs, differs)


def test_a_missing_acrntb_names_the_remedy(tmp_path: Path) -> None:
    capture = tmp_path / "empty.acap"
    capture.touch()
    result = boot(f"replay:{capture}", "--acrntb", str(tmp_path / "absent"))
    assert result.code == 4
    assert "--target acrntb" in result.talk


def test_a_file_that_is_no_capture_is_refused(tmp_path: Path) -> None:
    capture = tmp_path / "text.acap"
    capture.write_text("no capture")
    result = boot(f"replay:{capture}", "--acrntb", ACRNTB)
    assert result.code == 3
    assert str(capture) in result.talk
