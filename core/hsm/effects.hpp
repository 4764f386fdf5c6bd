// SPDX-License-Identifier: BSD-3-Clause
// What the HSM asks its host to do: values of fixed size, never callbacks.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/types.hpp"

namespace acrn::core {

inline constexpr std::size_t hsm_vm_count_max = 8;
inline constexpr std::size_t hsm_client_count_max =
    16;  ///< clients of one VM, the default included
inline constexpr std::size_t hsm_range_count_max = 128;  ///< ranges of one VM's clients together

/// A client of the HSM: index of its VM times hsm_client_count_max, plus its index in the VM. The
/// id of a destroyed client is used again.
using HsmClientId = Strong<struct HsmClientTag, std::uint16_t>;

/// One vCPU of one VM.
struct VcpuRef {
  VmId vm{};
  VcpuId vcpu{};
  friend constexpr bool operator==(VcpuRef, VcpuRef) = default;
};

/// vCPUs whose hypervisor must be notified. Take them out one by one, in the order of VMs and ids.
/// Packed into whole words: a set is copied for every access.
class NotifySet {
 public:
  [[nodiscard]] constexpr bool empty() const noexcept { return (vcpus_[0] | vcpus_[1]) == 0; }

  /// The next one, or nothing when all are taken.
  constexpr std::optional<VcpuRef> pop() noexcept {
    if (empty()) return std::nullopt;
    std::size_t const word = vcpus_[0] != 0 ? 0 : 1;
    auto const bit = static_cast<unsigned>(std::countr_zero(vcpus_[word]));
    vcpus_[word] &= vcpus_[word] - 1;
    unsigned const shift = bit / field_bits * field_bits;
    return VcpuRef{.vm = {static_cast<std::uint16_t>(vms_[word] >> shift)},
                   .vcpu = {static_cast<std::uint16_t>(bit % field_bits)}};
  }

  /// Adds vCPUs of a VM that is not in the set yet; bit n of `vcpus` is vCPU n.
  constexpr void add(VmId vm, std::uint16_t vcpus) noexcept {
    if (vcpus == 0) return;
    std::size_t const word = count_ / fields_per_word;
    unsigned const shift = count_ % fields_per_word * field_bits;
    vcpus_[word] |= std::uint64_t{vcpus} << shift;
    vms_[word] |= std::uint64_t{vm.value} << shift;
    ++count_;
  }

 private:
  static constexpr unsigned field_bits = 16;
  static constexpr unsigned fields_per_word = 4;
  static_assert(hsm_vm_count_max == 2 * fields_per_word);
  std::array<std::uint64_t, 2> vcpus_{};
  std::array<std::uint64_t, 2> vms_{};
  std::uint32_t count_{};
};

/// Clients that have requests to take. Take them out one by one, in ascending order of ids.
class WakeSet {
 public:
  [[nodiscard]] constexpr bool empty() const noexcept { return (low_ | high_) == 0; }

  constexpr std::optional<HsmClientId> pop() noexcept {
    if (empty()) return std::nullopt;
    std::uint64_t& half = low_ != 0 ? low_ : high_;
    auto const base = low_ != 0 ? 0 : half_size;
    auto const bit = std::countr_zero(half);
    half &= half - 1;
    return HsmClientId{static_cast<std::uint16_t>(base + bit)};
  }

  constexpr void add(HsmClientId client) noexcept {
    if (client.value < half_size) {
      low_ |= std::uint64_t{1} << client.value;
    } else {
      high_ |= std::uint64_t{1} << (client.value - half_size);
    }
  }

  [[nodiscard]] constexpr bool contains(HsmClientId client) const noexcept {
    return client.value < half_size ? (low_ >> client.value & 1U) != 0
                                    : (high_ >> (client.value - half_size) & 1U) != 0;
  }

 private:
  static constexpr int half_size = 64;
  static_assert(hsm_vm_count_max * hsm_client_count_max <= 2 * half_size);
  std::uint64_t low_{};
  std::uint64_t high_{};
};

/// What became of one slot in a scan, and what the host does next.
struct SlotEffects {
  enum class Kind : std::uint8_t {
    nothing,     ///< no request was waiting
    dispatched,  ///< `client` got a request: let it take it
    settled,     ///< completed by the scan itself
    unclaimed,   ///< no client wants it: PENDING still, found again by the next scan
  };
  Kind kind{};
  bool notify{};         ///< with settled: the hypervisor must be notified about this vCPU
  HsmClientId client{};  ///< with dispatched
};

/// What a scan did, and what the host does next: notify, and let clients take their requests.
struct DispatchEffects {
  NotifySet notify;
  WakeSet wake;
  std::uint16_t dispatched{};  ///< requests given to clients
  std::uint16_t settled{};     ///< requests completed by the scan itself
  std::uint16_t unclaimed{};   ///< requests without a client: PENDING still, in the next scan again
};

}  // namespace acrn::core
