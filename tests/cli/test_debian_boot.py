# SPDX-License-Identifier: BSD-3-Clause
"""The committed Debian boot: every exit of the hypervisor's own capture, on both engines."""

import json
from pathlib import Path

import pytest

from support import run

CAPTURE = Path(__file__).parents[2] / "traces" / "captures" / "debian_boot_hv.acap"
# What the image printed on its console when the guest had ended.
GUEST_DIGEST = "0x5c529ad3"
SIZE_MAX = 2 << 20
PORT_EXITS_MIN = 15_000
BYTES_PER_EXIT_MAX = 8


def replay(*arguments: object) -> dict:
    result = run("replay", CAPTURE, *arguments, "--json")
    assert result.code == 0, result.out + result.err
    return json.loads(result.out)["replay"]


@pytest.mark.parametrize("engine", ["functional", "systemc"])
def test_every_exit_replays_to_the_digest_that_the_image_printed(engine: str) -> None:
    found = replay("--engine", engine)
    assert found["divergences"] == 0
    assert found["skipped"] == 0
    assert found["exits"] == 46_165
    fields = found["fields"]
    assert fields["checked"] > 0.95 * sum(fields.values())
    digests = {(vcpu["vm"], vcpu["vcpu"]): vcpu["digest"] for vcpu in found["vcpus"]}
    assert digests[1, 0] == GUEST_DIGEST


def test_it_is_as_large_as_a_sample_may_be() -> None:
    size = CAPTURE.stat().st_size
    assert size <= SIZE_MAX
    found = replay()
    assert size <= BYTES_PER_EXIT_MAX * found["exits"]
    assert found["accesses"] >= PORT_EXITS_MIN


def test_another_profile_diverges_and_the_first_place_is_named() -> None:
    result = run("replay", CAPTURE, "--profile", "acrn2018")
    assert result.code == 1, result.out + result.err
    assert "first at    exit " in result.out


def test_the_service_vms_clients_have_names() -> None:
    result = run("info", CAPTURE)
    assert result.code == 0, result.err
    assert "uart" in result.out and "test device" in result.out


def test_as_the_image_sends_it_it_has_no_index_and_names_its_clients(tmp_path: Path) -> None:
    bytes_of_it = CAPTURE.read_bytes()
    raw = tmp_path / "raw.acap"
    raw.write_bytes(bytes_of_it[: int.from_bytes(bytes_of_it[-20:-12], "little")])
    whole, result = run("info", CAPTURE), run("info", raw)
    assert result.code == 0
    assert "version 2, no index, as the hypervisor sends it\n" in result.out
    assert f"warning: {raw}: no index, as the hypervisor sends it" in result.err
    assert clients(result.out) == clients(whole.out) != "?"


def clients(info: str) -> str:
    line = next(line for line in info.splitlines() if line.startswith("clients "))
    return line.split(maxsplit=1)[1]


def test_cut_anywhere_it_replays_clean_up_to_there(tmp_path: Path) -> None:
    """Behind each exit stands all that belongs to it, also once a capture was rewritten."""
    kept, cut = tmp_path / "kept.acap", tmp_path / "cut.acap"
    assert run("import", CAPTURE, "-o", kept).code == 0
    bytes_of_it = kept.read_bytes()
    for eighths in range(1, 8):
        cut.write_bytes(bytes_of_it[: len(bytes_of_it) * eighths // 8])
        result = run("replay", cut)
        assert result.code == 0, result.out + result.err
        assert "divergences 0\n" in result.out
        assert "power off" not in result.out
        assert "what follows the last whole chunk would be missing" in result.err
