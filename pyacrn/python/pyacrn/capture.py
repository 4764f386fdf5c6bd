# SPDX-License-Identifier: BSD-3-Clause
"""A capture file: what it says, its accesses, its replay."""
from __future__ import annotations

import os
from types import TracebackType
from typing import Iterator

from pyacrn import _core
from pyacrn.columns import AccessColumns
from pyacrn.info import CaptureInfo, StreamTotals
from pyacrn.result import ReplayResult

_TIMED_OPTIONS = ("timing", "completion", "poll_interval_ns", "assume_gap_ns")


def open(path: str | os.PathLike[str]) -> Capture:  # pylint: disable=redefined-builtin
    """Opens a capture (.acap). Raises ContentError, CaptureEnvironmentError."""
    return Capture(path)


class Capture:
    """An open capture; a context manager. Arrays it gave out outlive it."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)
        reader = _core.Reader(self._path)
        self._info = CaptureInfo.from_dict(reader.info(), cut=reader.cut())
        self._open = True

    def __enter__(self) -> Capture:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends all use of the file, running chunks() included."""
        self._open = False

    @property
    def path(self) -> str:
        """The path that was opened."""
        return self._path

    @property
    def info(self) -> CaptureInfo:
        """What the capture says about itself."""
        return self._info

    def totals(self) -> dict[str, StreamTotals]:
        """Counts by stream: "exit", "access", "slot", "inject", "input".

        From the file's index; a file that was cut is read through, and ContentError is raised where
        it is damaged.
        """
        totals = _core.Reader(self._checked_path()).totals()
        return {name: StreamTotals(**one) for name, one in totals.items()}

    def chunks(self, *, skip_damaged: bool = False) -> Iterator[AccessColumns]:
        """The accesses, chunk by chunk in file order, in constant memory. Each call starts anew.

        Raises ContentError at a damaged chunk, after those before it; with `skip_damaged` goes on
        behind it instead.
        """
        reader = _core.Reader(self._checked_path())
        while True:
            try:
                raw = reader.next()
            except _core.ContentError:
                if skip_damaged and reader.recover():
                    continue
                if skip_damaged:
                    return
                raise
            if raw is None:
                return
            yield AccessColumns.from_dict(raw)
            self._checked_path()

    def columns(self) -> AccessColumns:
        """All accesses, ordered by VM, then sequence; about 50 bytes of memory each."""
        return AccessColumns.from_dict(_core.read_columns(self._checked_path()))

    def replay(
        self,
        engine: str = "functional",
        *,
        profile: str = "architectural",
        timing: str | os.PathLike[str] | None = None,
        completion: str | None = None,
        poll_interval_ns: int | None = None,
        assume_gap_ns: int | None = None,
    ) -> ReplayResult:
        """Feeds the capture's accesses to the core again.

        engine: "functional" (as fast as the machine allows, no time) or "systemc" (timed).
        profile: "architectural", "acrn" or "acrn2018".
        Only for "systemc": `timing`, a TOML file of stage costs instead of the built-in one;
        `completion`, "notification" or "polling", instead of what the timing says, with
        `poll_interval_ns`; `assume_gap_ns`, guest time between accesses of an untimed capture.

        Other Python threads run on meanwhile; simulations of one process wait for each other.
        Raises ContentError, CaptureEnvironmentError, and ValueError for options that contradict
        each other or the capture.
        """
        path = self._checked_path()
        if engine == "functional":
            given = (timing, completion, poll_interval_ns, assume_gap_ns)
            unfit = [name for name, value in zip(_TIMED_OPTIONS, given) if value is not None]
            if unfit:
                raise ValueError(f'{", ".join(unfit)}: only for engine="systemc"')
            raw = _core.replay_functional(path, profile=profile)
        elif engine == "systemc":
            raw = _core.replay_timed(
                path,
                profile=profile,
                timing=None if timing is None else os.fspath(timing),
                completion=completion,
                poll_interval_ns=poll_interval_ns,
                assume_gap_ns=assume_gap_ns,
            )
        else:
            raise ValueError(f'engine "{engine}" is unknown; known are functional, systemc')
        return ReplayResult.from_dict(engine, profile, raw)

    def _checked_path(self) -> str:
        if not self._open:
            raise ValueError(f"{self._path}: the capture is closed")
        return self._path
