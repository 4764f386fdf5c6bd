// SPDX-License-Identifier: BSD-3-Clause
// A write of a control register that the guest made and the host has to apply.
#pragma once

#include <array>
#include <cstdint>

#include "core/emulate/step.hpp"

namespace acrn::core {

enum class ControlRegister : std::uint8_t { none, cr0, cr3, cr4, efer };

/// `value` is the register as the guest will read it. The host writes value into the read shadow,
/// and value with what VMX demands (CR0.NE, CR4.VMXE, ...) into the guest's register; it drops the
/// guest's cached translations.
///
/// `efer` is IA32_EFER after the write: CR0.PG turns LMA on and off. The host loads it, and the
/// VM-entry control "IA-32e mode guest" follows its LMA.
struct ControlWrite {
  ControlRegister target{};  ///< none: nothing to write, and the rest means nothing
  Change efer_change{};      ///< whether `efer` is to be loaded
  Change pdptes_change{};    ///< whether `pdptes` are: the guest uses PAE paging
  std::uint64_t value{};
  std::uint64_t efer{};
  std::array<std::uint64_t, 4> pdptes{};
};

}  // namespace acrn::core
