// SPDX-License-Identifier: BSD-3-Clause
// Layout of a shared ring of fixed-size elements ("sbuf") between hypervisor and Service VM.
//
// Source: ACRN hypervisor, include/public/acrn_common.h (2025), struct shared_buf. <linux/acrn.h>
// does not define it. All fields are little endian.
#pragma once

#include <cstddef>
#include <cstdint>

namespace acrn::core::abi {

inline constexpr std::uint64_t sbuf_magic = 0x5aa5'7aa7'1aa1'3aa3;

/// Byte offsets from the start of the ring. Head and tail are byte offsets from sbuf_elements.
namespace sbuf_offset {
inline constexpr std::size_t magic = 0;           ///< u64
inline constexpr std::size_t element_count = 8;   ///< u32, capacity plus one
inline constexpr std::size_t element_size = 12;   ///< u32, bytes
inline constexpr std::size_t head = 16;           ///< u32, next element to read
inline constexpr std::size_t tail = 20;           ///< u32, next element to write
inline constexpr std::size_t flags = 24;          ///< u32
inline constexpr std::size_t overrun_count = 32;  ///< u32
inline constexpr std::size_t size = 36;           ///< u32, bytes of all elements
inline constexpr std::size_t elements = 64;
}  // namespace sbuf_offset

inline constexpr std::size_t sbuf_header_size = 64;        ///< bytes
inline constexpr std::size_t sbuf_size_max = 4096 * 1024;  ///< bytes, header included

inline constexpr std::uint32_t sbuf_flag_count_overruns = 1;
inline constexpr std::uint32_t sbuf_flag_overwrite = 2;

/// The ring of asynchronous I/O fills one page with 8-byte elements.
inline constexpr std::size_t asyncio_ring_size = 4096;  ///< bytes
inline constexpr std::uint32_t asyncio_element_size = 8;
inline constexpr std::uint32_t asyncio_element_count =
    (asyncio_ring_size - sbuf_header_size) / asyncio_element_size;

/// What HC_SETUP_SBUF sets up. Those below 64 exist once per physical CPU, the others once per VM.
/// ACRN numbers both from the bottom; what only this project has is numbered from 2^31 on.
enum class SharedBufferId : std::uint32_t {
  trace = 0,
  hypervisor_log = 1,
  sampling = 2,
  socwatch = 3,
  asyncio = 64,
  vm_event = 65,
  request_stamps = 0x8000'0000,  ///< no ring: one page, core/abi/request_stamps.hpp
};

static_assert(sbuf_offset::elements == sbuf_header_size);
static_assert(asyncio_element_count == 504);

}  // namespace acrn::core::abi
