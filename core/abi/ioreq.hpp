// SPDX-License-Identifier: BSD-3-Clause
// Layout of the 4-KiB page of I/O request slots that hypervisor and Service VM share.
//
// Source: <linux/acrn.h>, struct acrn_io_request and struct acrn_io_request_buffer; the type of
// write-protect requests and the use of the first padding word as a generation are not in it.
// All fields are little endian.
#pragma once

#include <cstddef>
#include <cstdint>

namespace acrn::core::abi {

inline constexpr std::size_t ioreq_page_size = 4096;  ///< bytes; the page is aligned to its size
inline constexpr std::size_t ioreq_slot_size = 256;   ///< bytes
inline constexpr std::size_t ioreq_slot_count = 16;   ///< ACRN_IO_REQUEST_MAX; index is the vCPU id

/// ACRN_IOREQ_STATE_*. PENDING is 0: a page of zeros looks like 16 pending requests.
inline constexpr std::uint32_t ioreq_state_pending = 0;
inline constexpr std::uint32_t ioreq_state_complete = 1;
inline constexpr std::uint32_t ioreq_state_processing = 2;
inline constexpr std::uint32_t ioreq_state_free = 3;

/// ACRN_IOREQ_TYPE_*. Upstream's header ends at PCICFG; the hypervisor also sends 3.
inline constexpr std::uint32_t ioreq_type_portio = 0;
inline constexpr std::uint32_t ioreq_type_mmio = 1;
inline constexpr std::uint32_t ioreq_type_pcicfg = 2;
inline constexpr std::uint32_t ioreq_type_write_protect = 3;

/// ACRN_IOREQ_DIR_*.
inline constexpr std::uint32_t ioreq_direction_read = 0;
inline constexpr std::uint32_t ioreq_direction_write = 1;

/// Byte offsets within one slot. The request union starts at `request`; direction, size and the low
/// half of the value are at the same place in all its members.
namespace ioreq_offset {
inline constexpr std::size_t type = 0;                ///< u32
inline constexpr std::size_t completion_polling = 4;  ///< u32, 1: the hypervisor polls for COMPLETE
inline constexpr std::size_t request = 64;            ///< the 64-byte union
inline constexpr std::size_t direction = 64;          ///< u32, followed by u32 reserved
inline constexpr std::size_t address = 72;            ///< u64: port, or guest-physical address
inline constexpr std::size_t size = 80;               ///< u64, bytes
inline constexpr std::size_t value = 88;              ///< u32; u64 for MMIO and write-protect
inline constexpr std::size_t pci_bus = 92;            ///< u32, PCICFG only
inline constexpr std::size_t pci_device = 96;         ///< u32, PCICFG only
inline constexpr std::size_t pci_function = 100;      ///< u32, PCICFG only
inline constexpr std::size_t pci_register = 104;      ///< u32, PCICFG only, 0 to 4095
inline constexpr std::size_t reserved1 = 128;         ///< u32
inline constexpr std::size_t kernel_handled = 132;    ///< u32, 1: a client in the kernel has it
inline constexpr std::size_t state = 136;             ///< u32, `processed` in <linux/acrn.h>
inline constexpr std::size_t generation = 140;        ///< u32, padding in <linux/acrn.h>
}  // namespace ioreq_offset

/// Sizes of the union and its members, in bytes.
inline constexpr std::size_t ioreq_request_size = 64;
inline constexpr std::size_t ioreq_pio_size = 32;
inline constexpr std::size_t ioreq_mmio_size = 32;
inline constexpr std::size_t ioreq_pci_size = 48;

static_assert(ioreq_slot_size * ioreq_slot_count == ioreq_page_size);
static_assert(ioreq_offset::state % 8 == 0 && ioreq_offset::generation == ioreq_offset::state + 4,
              "state and generation form one aligned 64-bit word");

}  // namespace acrn::core::abi
