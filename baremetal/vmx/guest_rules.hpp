// SPDX-License-Identifier: BSD-3-Clause
// The rules that guest state must satisfy for a VM entry to succeed, one by one, so that a failed
// entry can name the one that was broken.
#pragma once

#include <span>
#include <string_view>

#include "baremetal/vmx/guest_state.hpp"

namespace acrn::baremetal {

/// One rule: what it demands, as a sentence, and the test.
struct GuestRule {
  std::string_view sentence;
  bool (*holds)(GuestState const& state, GuestStateLimits const& limits) noexcept;
};

/// Source of all: Intel SDM vol. 3C (Sep 2023), section 27.3.1 "Checks on the Guest State Area",
/// for guests with EPT and "unrestricted guest", outside SMM; of features that this hypervisor does
/// not use (CET, performance counters, bound registers, RTIT, enclaves) there is no rule.
std::span<GuestRule const> control_register_rules() noexcept;  ///< 27.3.1.1, 27.3.1.6
std::span<GuestRule const> segment_rules() noexcept;           ///< 27.3.1.2
std::span<GuestRule const> other_state_rules() noexcept;       ///< 27.3.1.3 to 27.3.1.5

/// The sentence of the first rule that is violated, in the manual's order; empty: all hold.
std::string_view first_violated_rule(GuestState const& state,
                                     GuestStateLimits const& limits) noexcept;

}  // namespace acrn::baremetal
