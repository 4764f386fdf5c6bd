# SPDX-License-Identifier: BSD-3-Clause
"""What a capture says about itself."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NS_PER_SECOND = 10**9


@dataclass(frozen=True)
class Clock:
    """The clock of all ticks of a capture: hz_numerator / hz_denominator ticks a second."""

    kind: str
    hz_numerator: int
    hz_denominator: int
    resolution_ticks: int
    epoch_ticks: int

    @property
    def timed(self) -> bool:
        """Whether ticks mean time; False for sources without time stamps."""
        return self.hz_numerator != 0

    def ns(self, ticks: NDArray[np.uint64], origin: int = 0) -> NDArray[np.int64]:
        """Nanoseconds from `origin` (ticks) to each of `ticks`, rounded down.

        Integers throughout: no precision is lost, however long the machine was up. Raises
        ValueError for an untimed capture, OverflowError beyond 292 years.
        """
        if not self.timed:
            raise ValueError("the capture is untimed: its ticks have no length")
        relative = np.asarray(ticks, dtype=np.uint64) - np.uint64(origin)  # modulo 2^64
        delta = relative.view(np.int64)  # so that stamps before the origin are negative
        largest = max(abs(int(delta.max())), abs(int(delta.min()))) if delta.size else 0
        if largest * self.hz_denominator * _NS_PER_SECOND < 2**63:
            scaled = delta * np.int64(self.hz_denominator * _NS_PER_SECOND)
            return np.floor_divide(scaled, np.int64(self.hz_numerator))
        return self._exact_ns(delta)

    def _exact_ns(self, delta: NDArray[np.int64]) -> NDArray[np.int64]:
        """For spans whose product with 10^9 does not fit 64 bits: seconds and rest apart."""
        if self.hz_denominator == 1 and self.hz_numerator * _NS_PER_SECOND < 2**63:
            seconds, rest = np.divmod(delta, np.int64(self.hz_numerator))
            if seconds.size and int(np.abs(seconds).max()) >= 2**63 // _NS_PER_SECOND:
                raise OverflowError("more than 292 years in nanoseconds do not fit 64 bits")
            fraction = rest * np.int64(_NS_PER_SECOND) // np.int64(self.hz_numerator)
            whole: NDArray[np.int64] = seconds * np.int64(_NS_PER_SECOND) + fraction
            return whole
        factor = self.hz_denominator * _NS_PER_SECOND
        exact = [int(one) * factor // self.hz_numerator for one in delta.ravel()]
        return np.array(exact, dtype=np.int64).reshape(delta.shape)


@dataclass(frozen=True)
class VmInfo:
    """A VM of the capture; `vcpus` is 0 where the source did not know."""

    id: int
    vcpus: int


@dataclass(frozen=True)
class SourceInfo:
    """How the capture came about: each line of the source was used, ignored or rejected."""

    dialect: str
    file: str
    crc32c: int
    used: int
    ignored: int
    rejected: int
    lost: int


@dataclass(frozen=True)
class StreamTotals:
    """Counts of one stream over the whole file."""

    rows: int
    chunks: int
    dropped: int
    first_time_ticks: int
    last_time_ticks: int


@dataclass(frozen=True)
class CaptureInfo:
    """Identity of a capture."""

    version: int
    clock: Clock
    profile: str
    cpu: str
    vms: tuple[VmInfo, ...]
    source: SourceInfo
    never_recorded: tuple[str, ...]
    clients: dict[int, str]
    cut: bool
    """The file ends without its index: a recording that was interrupted."""

    @classmethod
    def from_dict(cls, info: dict[str, Any], *, cut: bool) -> CaptureInfo:
        """Made from what _core.Reader gives."""
        return cls(
            version=info["version"],
            clock=Clock(**info["clock"]),
            profile=info["profile"],
            cpu=info["cpu"],
            vms=tuple(VmInfo(*vm) for vm in info["vms"]),
            source=SourceInfo(**info["source"]),
            never_recorded=tuple(info["never_recorded"]),
            clients=dict(info["clients"]),
            cut=cut,
        )
