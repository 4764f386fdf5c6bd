# SPDX-License-Identifier: BSD-3-Clause
"""Fixtures of the command line's tests."""

from pathlib import Path

import pytest

import support


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A capture of three accesses."""
    return support.make_capture(tmp_path)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A capture of 60,000 accesses in several chunks."""
    return support.make_capture(tmp_path, support.many_accesses(60_000), "large.acap")
