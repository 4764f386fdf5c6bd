# SPDX-License-Identifier: BSD-3-Clause
"""The checks of the VMX engine on the image: under Bochs, which has VT-x, and under QEMU."""
from __future__ import annotations

import re

import pytest
from bochs import ISO, Result, run

CHECK_COUNT_MIN = 17
# Instructions of an exit of a port access and the entry after it, without core; under Bochs a tick
# is an instruction.
ROUND_TRIP_TICKS_MAX = 160


def run_checks(runner: str, *arguments: str) -> Result:
    return run(runner, ISO, "--append", "test=vmx", *arguments)


@pytest.mark.parametrize("model", ["corei7_skylake_x", "tigerlake"])
def test_all_checks_pass_under_bochs(model: str) -> None:
    result = run_checks("run_bochs.py", "--model", model)
    assert result.code == 0, str(result)
    count = re.search(r"^hv: vmx-test: (\d+) checks, (\d+) passed$", result.console, re.M)
    assert count and count[1] == count[2] and int(count[1]) >= CHECK_COUNT_MIN
    ticks = re.search(r"^hv: vmx-test: round trip of a port .*: (\d+) ticks$", result.console, re.M)
    assert ticks and 0 < int(ticks[1]) <= ROUND_TRIP_TICKS_MAX


def test_a_machine_without_vtx_is_refused_in_one_sentence() -> None:
    result = run_checks("run_qemu.py")
    assert result.code == 1
    assert re.search(r"^hv: vmx-test: VT-x is absent: .*\.$", result.console, re.M)
    assert result.console.endswith("hv: end: failed\n")
