// SPDX-License-Identifier: BSD-3-Clause
// The timer of the Service VM: the moment that it announced, at which an upcall wakes it.
#pragma once

#include <cstdint>

namespace acrn::baremetal {

/// Used by the CPU that runs the Service VM's vCPU. All figures are ticks of the host's TSC, which
/// the Service VM's own is.
class ServiceTimer {
 public:
  static constexpr std::uint64_t never = ~std::uint64_t{0};

  /// Never due.
  ServiceTimer() noexcept = default;
  /// `announced` is ServiceStatus::next_deadline in the Service VM's RAM, and outlives the timer.
  explicit ServiceTimer(std::uint64_t const& announced) noexcept : announced_{&announced} {}

  /// When an upcall is due; `never` too once take() told of it, until another moment is announced:
  /// a Service VM that takes no upcalls any more is not worth the CPU's time.
  [[nodiscard]] std::uint64_t deadline() const noexcept {
    if (announced_ == nullptr) return never;
    std::uint64_t const announced = __atomic_load_n(announced_, __ATOMIC_RELAXED);
    return announced == told_ ? never : announced;
  }
  /// Whether the announced moment has come; true once for each.
  [[nodiscard]] bool take(std::uint64_t tsc) noexcept {
    std::uint64_t const due = deadline();
    if (due > tsc || due == never) return false;
    told_ = due;
    return true;
  }

 private:
  std::uint64_t const* announced_{};
  std::uint64_t told_{never};
};

}  // namespace acrn::baremetal
