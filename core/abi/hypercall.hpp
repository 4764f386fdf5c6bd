// SPDX-License-Identifier: BSD-3-Clause
// Numbers and argument structures of the hypercalls that the I/O path uses.
//
// Source: ACRN hypervisor, include/public/acrn_hv_defs.h and acrn_common.h (2025); VM creation and
// MSI entry are in <linux/acrn.h> too. Ids are 0x80 << 24 | group | number. Little endian.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace acrn::core::abi {

inline constexpr std::uint32_t api_version_major = 1;
inline constexpr std::uint32_t api_version_minor = 0;

/// What R8 holds. Whole numbers: no part of R8 is cut off.
enum class Hypercall : std::uint64_t {
  get_api_version = 0x8000'0000,
  set_callback_vector = 0x8000'0002,
  create_vm = 0x8000'0010,
  destroy_vm = 0x8000'0011,
  start_vm = 0x8000'0012,
  pause_vm = 0x8000'0013,
  reset_vm = 0x8000'0015,
  inject_msi = 0x8000'0023,
  set_irqline = 0x8000'0025,
  set_ioreq_buffer = 0x8000'0030,
  notify_request_finish = 0x8000'0031,
  asyncio_assign = 0x8000'0032,
  asyncio_deassign = 0x8000'0033,
  setup_sbuf = 0x8000'0044,
};

struct ApiVersion {
  std::uint32_t major{};
  std::uint32_t minor{};
};

inline constexpr std::uint16_t vmid_invalid = 0xffff;
/// Bits of VmCreation::flags that concern the I/O path.
inline constexpr std::uint64_t vm_flag_completion_polling = 1U << 2U;
inline constexpr std::uint64_t vm_flag_realtime = 1U << 4U;

/// struct acrn_vm_creation.
struct VmCreation {
  std::uint16_t vmid{};        ///< out: the new VM, vmid_invalid on failure
  std::uint16_t reserved0{};   ///< 0
  std::uint16_t vcpu_count{};  ///< out
  std::uint16_t reserved1{};   ///< 0
  std::array<std::uint8_t, 16> name{};
  std::uint64_t flags{};
  std::uint64_t ioreq_buffer{};  ///< the service module's; the hypervisor does not look at it
  std::uint64_t cpu_affinity{};  ///< bit n: one vCPU on physical CPU n
};

/// struct acrn_msi_entry.
struct MsiEntry {
  std::uint64_t address{};
  std::uint64_t data{};
};

inline constexpr std::uint32_t asyncio_type_pio = 1;
inline constexpr std::uint32_t asyncio_type_mmio = 2;

/// struct acrn_asyncio_info.
struct AsyncioInfo {
  std::uint32_t type{};
  std::uint32_t match_data{};  ///< 1: only writes of `data`
  std::uint64_t address{};
  std::uint64_t element{};  ///< `fd` there; opaque to the hypervisor
  std::uint64_t data{};
};

/// struct acrn_sbuf_param.
struct SharedBufferParameters {
  std::uint16_t cpu{};
  std::uint16_t reserved{};  ///< 0
  std::uint32_t id{};        ///< SharedBufferId
  std::uint64_t gpa{};       ///< of the ring's header
};

static_assert(sizeof(ApiVersion) == 8 && sizeof(VmCreation) == 48 && sizeof(MsiEntry) == 16);
static_assert(sizeof(AsyncioInfo) == 32 && offsetof(AsyncioInfo, match_data) == 4 &&
              offsetof(AsyncioInfo, address) == 8 && offsetof(AsyncioInfo, element) == 16 &&
              offsetof(AsyncioInfo, data) == 24);
static_assert(sizeof(SharedBufferParameters) == 16 && offsetof(SharedBufferParameters, id) == 4 &&
              offsetof(SharedBufferParameters, gpa) == 8);

}  // namespace acrn::core::abi
