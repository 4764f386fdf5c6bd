// SPDX-License-Identifier: BSD-3-Clause
// What the host does at the next VM entry: inject, ask for a window, wait, and leave by when.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/devices/clock.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// Where an injected event comes from.
enum class InjectOrigin : std::uint8_t {
  none,        ///< nothing is injected
  device,      ///< the interrupt controller's vector
  fault,       ///< an exception that the guest's own instruction raised
  reinjected,  ///< the exit interrupted its delivery: IDT-vectoring information
  upcall,      ///< a vector that the host raised: Vcpu::raise()
};

/// The word for a message; "?" for a value outside the enumeration.
constexpr std::string_view name(InjectOrigin origin) noexcept {
  switch (origin) {
    case InjectOrigin::none:
      return "none";
    case InjectOrigin::device:
      return "device";
    case InjectOrigin::fault:
      return "fault";
    case InjectOrigin::reinjected:
      return "reinjected";
    case InjectOrigin::upcall:
      return "upcall";
  }
  return "?";
}

/// A plan for one VM entry. Fields are VMCS values: encodings in comments.
struct EntryPlan {
  std::uint32_t interruption_information{};  ///< 0x4016; 0: inject nothing
  std::uint32_t error_code{};                ///< 0x4018, if bit 11 of the above is set, else 0
  std::uint32_t instruction_length{};        ///< 0x401A, of events that need it, else 0
  InjectOrigin origin{};
  bool interrupt_window{};  ///< 0x4002 bit 2: leave the guest as soon as it can take an interrupt
  bool set_cr2{};           ///< load `cr2` into CR2 first: an injected #PF
  bool halted{};            ///< do not enter: wait for `deadline` or an input, then plan again
  std::uint64_t cr2{};
  Ticks deadline{ticks_never};  ///< leave the guest by then: preemption timer
  friend constexpr bool operator==(EntryPlan const&, EntryPlan const&) = default;
};

}  // namespace acrn::core
