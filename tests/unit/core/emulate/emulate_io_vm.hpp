// SPDX-License-Identifier: BSD-3-Clause
// A VM without slots, as the tests of emulate_io use it.
#pragma once

#include "core/emulate/emulate_io.hpp"

namespace acrn::core::fakes {

/// A VM's state and effects; each access is made on its turn.
struct Vm {
  VmState state{};
  Effects effects{};
  Route emulate(Access& access, Profile const& profile = architectural, Ticks now = {}) {
    return emulate_io(state, Turn{}, profile, access, now, effects);
  }
};

}  // namespace acrn::core::fakes
