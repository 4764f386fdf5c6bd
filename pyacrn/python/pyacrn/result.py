# SPDX-License-Identifier: BSD-3-Clause
"""What a replay found, and, on the SystemC engine, where the time went."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyacrn import _core
from pyacrn.columns import AccessColumns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STAGE_NAMES: tuple[str, ...] = _core.stage_names
"""The timing model's stages, in the order of a request's life."""


@dataclass(frozen=True)
class Distribution:
    """A distribution of latencies; percentiles are values that occurred, at most 1.6 % above
    the exact one.

    The count is of single accesses (see ReplayResult.elements), except for groups.
    """

    count: int
    sum_ns: int
    min_ns: int
    p50_ns: int
    p90_ns: int
    p99_ns: int
    p99_9_ns: int
    max_ns: int


@dataclass(frozen=True)
class Divergence:
    """The first output that differed from the capture."""

    position: int
    """Row in ReplayResult.columns."""
    vm: int
    vcpu: int
    field: str
    expected: int
    actual: int


@dataclass(frozen=True)
class VcpuDigest:
    """CRC-32C over all that one vCPU's accesses came to."""

    vm: int
    vcpu: int
    digest: int


@dataclass(frozen=True)
class Group:
    """The accesses of one port, one region or one client; one of several elements counts once,
    with the time of all of them."""

    name: str
    reads: int
    writes: int
    latency: Distribution
    """Simulated, exit to entry."""
    recorded: Distribution
    """Recorded, where the capture has both ends."""


@dataclass(frozen=True)
class Utilisation:
    """Busy time of the worker or of one client."""

    name: str
    busy_ns: int
    requests: int


@dataclass(frozen=True)
class Timed:
    """What only the SystemC engine knows."""

    simulated_ns: int
    recorded_ns: int
    late: int
    """Accesses that started after their recorded time."""
    late_ns_max: int
    upcalls_coalesced: int
    latency: Distribution
    """Exit to entry of every access."""
    recorded_latency: Distribution
    """Of the accesses whose end the capture holds."""
    compared_latency: Distribution
    """Simulated latency of exactly those."""
    stage_latency: dict[str, Distribution]
    """By name of the stage, see STAGE_NAMES."""
    regions: tuple[Group, ...]
    clients: tuple[Group, ...]
    utilisation: tuple[Utilisation, ...]

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Timed:
        """Made from what _core gives."""
        raw = dict(raw)
        for name in ("latency", "recorded_latency", "compared_latency"):
            raw[name] = Distribution(**raw[name])
        for name in ("regions", "clients"):
            raw[name] = tuple(
                Group(
                    one["name"],
                    one["reads"],
                    one["writes"],
                    Distribution(**one["latency"]),
                    Distribution(**one["recorded"]),
                )
                for one in raw[name]
            )
        raw["stage_latency"] = {
            name: Distribution(**one) for name, one in raw["stage_latency"].items()
        }
        raw["utilisation"] = tuple(Utilisation(**one) for one in raw["utilisation"])
        return cls(**raw)


@dataclass(frozen=True, eq=False)
class ReplayResult:
    """Outcome of a replay by either engine."""

    engine: str
    profile: str
    accesses: int
    """Planned accesses replayed."""
    elements: int
    """Single accesses made: each access counts as often as its `count` says."""
    handled: int
    """Answered in the hypervisor."""
    forwarded: int
    """Sent through a request slot and the service module."""
    faulted: int
    upcalls: int
    divergences: int
    checked: int
    """Compared fields for which the capture holds independent evidence."""
    echoed: int
    """Compared fields that came from the capture itself: equality proves nothing."""
    unknown: int
    """Fields that were not recorded."""
    first_divergence: Divergence | None
    vcpu_digests: tuple[VcpuDigest, ...]
    digest: int
    """The same for the same capture and profile in both engines."""
    columns: AccessColumns
    """The accesses in the order of replay; rows correspond to those of `stages`."""
    timed: Timed | None
    """None for the functional engine."""
    stages: NDArray[np.uint64] | None
    """(accesses, 16) stamps in ns since the first exit, NO_STAMP where a stage was not reached;
    None for the functional engine. STAMP_NAMES says what each column marks. An access of several
    elements has the first one's exit and the last one's entry."""

    @property
    def latency(self) -> Distribution:
        """Simulated latency of all accesses; ValueError for the functional engine."""
        if self.timed is None:
            raise ValueError('the functional engine has no time; replay with engine="systemc"')
        return self.timed.latency

    @classmethod
    def from_dict(cls, engine: str, profile: str, raw: dict[str, Any]) -> ReplayResult:
        """Made from what _core gives."""
        raw = dict(raw)
        first = raw.pop("first_divergence")
        timed = raw.pop("timed", None)
        return cls(
            engine=engine,
            profile=profile,
            first_divergence=None if first is None else Divergence(**first),
            vcpu_digests=tuple(VcpuDigest(*one) for one in raw.pop("vcpu_digests")),
            columns=AccessColumns.from_dict(raw.pop("columns")),
            timed=None if timed is None else Timed.from_dict(timed),
            stages=raw.pop("stages", None),
            **raw,
        )
