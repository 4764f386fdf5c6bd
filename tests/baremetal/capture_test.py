# SPDX-License-Identifier: BSD-3-Clause
"""Every way for a capture out of the machine under Bochs, and a run that is cut off."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from bochs import Result, run_configuration
from captures import acrntb, replay

CONFIGURATION = ["vm1.guest=flat:program"]
ROUNDS = 300
# Real mode: "A" to the UART and a byte from the test device, both in the Service VM, and a byte
# from the hypervisor's own PIC; so often or for ever, then test exit 0.
ROUND = bytes.fromhex("b041 baf803 ee ba2405 ec e421")
PROGRAM = b"\xb9" + ROUNDS.to_bytes(2, "little") + ROUND + b"\xe2\xf2" + b"\xb0\x00\xe6\xf4\xf4"
ENDLESS = ROUND + b"\xeb\xf2"
ACCESSES_PER_ROUND = 3
# Bochs starts within the first even on a busy machine, usually; the others are for when it is not.
CUT_SECONDS = (15, 45, 135)


def capture_run(folder: Path, program: bytes, port: str, *options: str) -> tuple[Result, Path]:
    capture = folder / "out.acap"
    capture.unlink(missing_ok=True)
    options = ("--capture", str(capture), "--capture-port", port, *options)
    return run_configuration(folder, CONFIGURATION, {"program": program}, *options), capture


@pytest.mark.parametrize("port", ["lpt1", "com2", "e9", "memory"])
def test_what_a_sink_gives_replays_clean_to_the_printed_digest(tmp_path: Path, port: str) -> None:
    result, capture = capture_run(tmp_path, PROGRAM, port)
    assert result.code == 0, str(result)
    counts = re.search(
        r"^hv: vm1: captured (\d+) exits, (\d+) accesses, \d+ bytes, 0 rows dropped$",
        result.console,
        re.M,
    )
    assert counts, str(result)
    assert int(counts[2]) == ACCESSES_PER_ROUND * ROUNDS + 1
    guest = next(vcpu for vcpu in replay(capture)["vcpus"] if vcpu["vm"] == 1)
    assert (guest["exits"], guest["lost"]) == (int(counts[1]), 0)
    assert [guest["digest"]] == result.digests()
    assert guest["stop"] == "test exit"


def test_a_run_that_is_cut_off_leaves_a_capture_up_to_the_cut(tmp_path: Path) -> None:
    for seconds in CUT_SECONDS:
        result, capture = capture_run(tmp_path, ENDLESS, "lpt1", "--timeout", str(seconds))
        assert result.code == 1
        assert f"no end after {seconds} s" in result.talk
        if capture.is_file() and b"uart" in capture.read_bytes():
            break
    info = acrntb("info", capture)
    assert info.returncode == 0, info.stderr
    assert "no index, as the hypervisor sends it\n" in info.stdout
    assert re.search(r"^access +[1-9]", info.stdout, re.M)
    found = replay(capture)
    assert int(str(found["accesses"])) > ACCESSES_PER_ROUND * ROUNDS
    text = acrntb("replay", capture)
    assert "end         vm1/vcpu0: not reached, the recording ends before\n" in text.stdout
    assert "what follows the last whole chunk would be missing" in text.stderr


def test_a_run_that_is_cut_off_leaves_nothing_of_what_was_in_memory(tmp_path: Path) -> None:
    result, capture = capture_run(tmp_path, ENDLESS, "memory", "--timeout", str(CUT_SECONDS[0]))
    assert result.code == 1
    assert f"{capture}: the image sent no capture" in result.talk
