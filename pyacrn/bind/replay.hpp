// SPDX-License-Identifier: BSD-3-Clause
// What the bindings of both engines share: finding profile and plan, and the outcome as a dict.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "core/profile.hpp"
#include "sim/replay/functional.hpp"
#include "sim/replay/plan.hpp"

namespace acrn::python {

/// The profile of that name; std::invalid_argument names the known ones.
core::Profile const& find_profile(std::string const& name);

/// The plan of the capture at `path`. Throws as traces::Reader and replay::Plan::load() do.
replay::Plan load_plan(std::string const& path);

/// Counts, digests and the first divergence by name. Needs the interpreter lock.
pybind11::dict outcome(replay::Plan const& plan, replay::ReplayResult const& result);

}  // namespace acrn::python
