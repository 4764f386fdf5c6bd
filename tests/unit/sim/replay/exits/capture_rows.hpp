// SPDX-License-Identifier: BSD-3-Clause
// A capture as the rows that a plan of exits is made from, to be changed and replayed.
#pragma once

#include <string>
#include <vector>

#include "sim/replay/exits/functional.hpp"
#include "sim/replay/exits/plan_builder.hpp"
#include "traces/reader.hpp"

namespace acrn::tests {

struct ExitCapture {
  traces::CaptureInfo info;
  std::vector<traces::Reader::Rows> chunks;
  bool cut{};
};

/// All of a capture, given as the bytes of its file.
ExitCapture read_capture(std::string const& bytes);

/// The capture of run_script() on VM 1.
ExitCapture const& script_capture();
/// The digest that its recorder computed.
std::uint32_t script_digest();

replay::exits::Plan plan_of(ExitCapture const& capture);
/// The functional replay of it.
replay::exits::Result replay_of(ExitCapture const& capture);

/// The VM of run_script(): a PC with its serial port; disk and the rest are the service VM's.
core::PlatformConfig script_config();

}  // namespace acrn::tests
