// SPDX-License-Identifier: BSD-3-Clause
// The states of a VM and which call leads from which to which: one table, as data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace acrn::core {

/// Where a VM stands. `absent` is a place in the table without a VM.
enum class VmLife : std::uint8_t { absent, created, running, powering_off, paused };

/// What happens to a VM.
enum class LifeEvent : std::uint8_t {
  create,
  set_buffer,  ///< the page of I/O requests is named
  start,
  power_off,  ///< the guest shut itself down, or had a triple fault
  pause,
  reset,
  destroy,
};

inline constexpr std::size_t vm_life_count = 5;
inline constexpr std::size_t life_event_count = 7;

/// One row: in state `from`, `event` is allowed and leaves state `to`.
struct LifeTransition {
  VmLife from{};
  LifeEvent event{};
  VmLife to{};
};

/// Source: ACRN hypervisor, common/hypercall.c and arch/x86/guest/vm.c (2025). That a start needs
/// the page, and a pause of a running VM enough severity, is decided by the calls.
inline constexpr auto life_transitions = [] {
  using enum VmLife;
  using enum LifeEvent;
  using Row = LifeTransition;
  return std::array{
      Row{absent, create, created},     Row{created, set_buffer, created},
      Row{created, start, running},     Row{running, power_off, powering_off},
      Row{created, pause, paused},      Row{running, pause, paused},
      Row{powering_off, pause, paused}, Row{paused, pause, paused},
      Row{paused, reset, created},      Row{paused, destroy, absent},
  };
}();

/// The state that `event` leads to, or nothing where the table refuses it.
constexpr std::optional<VmLife> apply(VmLife from, LifeEvent event) noexcept {
  for (LifeTransition const& row : life_transitions) {
    if (row.from == from && row.event == event) return row.to;
  }
  return std::nullopt;
}

/// The words for messages; "?" for a value outside the enumeration.
std::string_view name(VmLife life) noexcept;
std::string_view name(LifeEvent event) noexcept;

}  // namespace acrn::core
