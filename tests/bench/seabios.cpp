// SPDX-License-Identifier: BSD-3-Clause
#include "tests/bench/seabios.hpp"

#include "tests/support/data.hpp"
#include "traces/importers/import.hpp"
#include "traces/reader.hpp"

namespace acrn::bench {

replay::Plan seabios_plan() {
  tests::TemporaryDirectory const directory;
  auto const capture = directory.path() / "seabios.acap";
  auto const source = tests::source_dir() / "traces/captures/seabios_kvm.ftrace.txt.xz";
  traces::import_capture(source.string(), capture.string(), {});
  traces::Reader reader{capture.string()};
  return replay::Plan::load(reader);
}

}  // namespace acrn::bench
