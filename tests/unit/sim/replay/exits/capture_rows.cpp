// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/sim/replay/exits/capture_rows.hpp"

#include <fstream>
#include <utility>

#include "tests/support/data.hpp"
#include "tests/unit/sim/replay/exits/recorded_guest.hpp"

namespace acrn::tests {

ExitCapture read_capture(std::string const& bytes) {
  TemporaryDirectory const directory;
  std::string const path = directory.path() / "t.acap";
  std::ofstream{path, std::ios::binary} << bytes;
  traces::Reader reader{path};
  ExitCapture capture;
  traces::Reader::Rows rows;
  while (reader.next(rows)) capture.chunks.push_back(rows);
  capture.info = reader.info();
  capture.cut = reader.cut();
  return capture;
}

core::PlatformConfig script_config() {
  using core::PlatformDevice;
  core::PlatformConfig config;
  for (PlatformDevice const device :
       {PlatformDevice::pic, PlatformDevice::pit, PlatformDevice::port61, PlatformDevice::uart0,
        PlatformDevice::test}) {
    config.devices |= core::device_bit(device);
  }
  return config;
}

namespace {

struct Recorded {
  ExitCapture capture;
  std::uint32_t digest{};
};

Recorded const& recorded_script() {
  static Recorded const recorded = [] {
    CaptureFile file{{{.id = 1, .config = script_config()}}};
    RecordedGuest guest{1, script_config()};
    run_script(guest);
    guest.flush(file);
    return Recorded{read_capture(file.bytes()), guest.recorder().digest().value()};
  }();
  return recorded;
}

}  // namespace

ExitCapture const& script_capture() { return recorded_script().capture; }
std::uint32_t script_digest() { return recorded_script().digest; }

replay::exits::Plan plan_of(ExitCapture const& capture) {
  replay::exits::PlanBuilder builder{capture.info, "t.acap"};
  for (traces::Reader::Rows const& rows : capture.chunks) builder.add(rows);
  return std::move(builder).build();
}

replay::exits::Result replay_of(ExitCapture const& capture) {
  return replay::exits::replay_functional(plan_of(capture));
}

}  // namespace acrn::tests
