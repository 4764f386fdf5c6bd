# SPDX-License-Identifier: BSD-3-Clause
"""Accesses as columns: read-only numpy arrays that look into the decoded buffers."""
from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Mapping

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_STAMP = 2**64 - 1
"""In arrays of stamps: this stage was not reached, or not recorded."""

NO_EXIT = 2**64 - 1
"""In the column `exit`: the access belongs to no recorded exit."""

STAMP_NAMES = (
    "exit",
    "request built",
    "pending",
    "upcall",
    "service VM interrupted",
    "worker started",
    "processing",
    "client running",
    "handler done",
    "complete",
    "notify called",
    "event seen",
    "vCPU scheduled",
    "value copied",
    "registers updated",
    "entry",
)
"""What each of the 16 stamps t0 to t15 of an access marks."""


class Space(IntEnum):
    """Address space of an access."""

    PORT = 0
    MMIO = 1
    PCI_CONFIG = 2
    WRITE_PROTECT = 3


class Direction(IntEnum):
    """Direction as the guest sees it."""

    READ = 0
    WRITE = 1


class Handling(IntEnum):
    """Who answered an access, as far as the source knew."""

    UNKNOWN = 0
    HYPERVISOR = 1
    FORWARDED = 2
    QUEUED = 3
    UNCLAIMED = 4


@dataclass(frozen=True, eq=False)
class AccessColumns:
    """One value per access in each column; None is a column that was not recorded.

    All arrays are read-only and stay valid when capture, chunk and result are gone.
    """

    rows: int
    vm: NDArray[np.uint16]
    vcpu: NDArray[np.uint16]
    sequence: NDArray[np.uint64] | None
    """Position in the VM's order of accesses."""
    time_ticks: NDArray[np.uint64] | None
    """Exit, or the earliest stamp known; CaptureInfo.clock.ns() makes nanoseconds of it."""
    space: NDArray[np.uint8]
    """See Space."""
    direction: NDArray[np.uint8]
    """See Direction."""
    size: NDArray[np.uint8]
    """Bytes: 1, 2, 4 or 8."""
    address: NDArray[np.uint64]
    """Port number, or guest-physical byte address."""
    value: NDArray[np.uint64] | None
    """Cut to size. Means something only where value_known is 1."""
    value_known: NDArray[np.uint8]
    count: NDArray[np.uint32]
    """Elements of a coalesced or repeated access; `value` is the first one's."""
    handling: NDArray[np.uint8] | None
    """See Handling."""
    client: NDArray[np.uint32] | None
    """Key of CaptureInfo.clients; 0 is not recorded."""
    exit: NDArray[np.uint64] | None
    """Row in the vCPU's exit stream, or NO_EXIT."""
    stages: Mapping[int, tuple[NDArray[Any], NDArray[np.uint64]]]
    """Recorded stamps: number of the stamp (see STAMP_NAMES) to (row numbers, ticks)."""
    dropped_before: int
    """Accesses that the source lost right before the first row; 0 for whole captures."""

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> AccessColumns:
        """Made from what _core gives: takes the packed shape apart, and fills in what a missing
        column means."""
        rows = raw["rows"]
        shape = raw["shape"]
        if shape is None:
            shape = np.zeros(0, dtype=np.uint8)

        def constant(name: str, dtype: type[np.generic], default: int) -> Any:
            column = raw[name]
            if isinstance(column, np.ndarray):
                return column
            return np.broadcast_to(dtype(default if column is None else column), rows)

        return cls(
            rows=rows,
            vm=constant("vm", np.uint16, 0),
            vcpu=constant("vcpu", np.uint16, 0),
            sequence=raw["sequence"],
            time_ticks=raw["time_ticks"],
            space=_frozen(shape & 3),
            direction=_frozen(shape >> 2 & 1),
            size=_frozen(np.left_shift(1, shape >> 3 & 3, dtype=np.uint8)),
            address=constant("address", np.uint64, 0),
            value=raw["value"],
            value_known=constant("value_known", np.uint8, 0 if raw["value"] is None else 1),
            count=constant("count", np.uint32, 1),
            handling=raw["handling"],
            client=raw["client"],
            exit=raw["exit"],
            stages=raw["stages"],
            dropped_before=raw.get("dropped_before", 0),
        )

    def __len__(self) -> int:
        return self.rows

    def as_dict(self) -> dict[str, NDArray[Any]]:
        """The recorded columns by name, for pandas.DataFrame(columns.as_dict())."""
        named = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: column for name, column in named if isinstance(column, np.ndarray)}


def _frozen(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    array.setflags(write=False)
    return array
