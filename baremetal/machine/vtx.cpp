// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/vtx.hpp"

namespace acrn::baremetal {

std::string_view sentence(Vtx vtx) noexcept {
  switch (vtx) {
    case Vtx::absent:
      return "VT-x is absent: CPUID leaf 1 does not offer VMX, so no guest can run on this "
             "machine.";
    case Vtx::off_by_firmware:
      return "VT-x is switched off: firmware locked IA32_FEATURE_CONTROL without it; "
             "enable virtualization in the firmware setup.";
    case Vtx::available:
      return "VT-x is available: CPUID leaf 1 offers VMX and IA32_FEATURE_CONTROL allows it.";
  }
  return "VT-x is in an unknown state.";
}

}  // namespace acrn::baremetal
