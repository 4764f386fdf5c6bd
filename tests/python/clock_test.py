# SPDX-License-Identifier: BSD-3-Clause
"""Ticks to nanoseconds: exact, for any clock."""
from __future__ import annotations

import numpy as np
import pytest

import pyacrn


def clock(numerator: int, denominator: int = 1) -> pyacrn.Clock:
    return pyacrn.Clock("test", numerator, denominator, 1, 0)


def ticks(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


@pytest.mark.parametrize(
    ("numerator", "denominator", "tick", "expected"),
    [
        (10**9, 1, 123, 123),
        (10**6, 1, 123, 123_000),
        (3, 1, 1, 333_333_333),
        (10**9, 3, 7, 21),
        (2_893_204_000, 1, 2_893_204_000 * 86_400 * 365 + 1, 86_400 * 365 * 10**9),
        (10**9, 1, 2**62, 2**62),
        (24 * 10**8, 7, 24 * 10**14, 7 * 10**15),
    ],
)
def test_is_exact(numerator: int, denominator: int, tick: int, expected: int) -> None:
    assert clock(numerator, denominator).ns(ticks(tick)).tolist() == [expected]


def test_counts_from_the_origin_and_may_be_negative() -> None:
    assert clock(10**9).ns(ticks(90, 100, 110), origin=100).tolist() == [-10, 0, 10]


def test_of_nothing_is_nothing() -> None:
    assert clock(10**9).ns(ticks()).tolist() == []


def test_does_not_change_its_argument() -> None:
    given = ticks(5, 6)
    clock(10**6).ns(given, origin=5)
    assert given.tolist() == [5, 6]


def test_untimed_clock_refuses() -> None:
    assert not clock(0).timed
    with pytest.raises(ValueError, match="untimed"):
        clock(0).ns(ticks(1))


def test_too_long_a_time_is_refused_instead_of_wrapped() -> None:
    with pytest.raises(OverflowError):
        clock(1000).ns(ticks(2**62))
