// SPDX-License-Identifier: BSD-3-Clause
#include "tests/bench/captures.hpp"

#include <string>

#include "tests/support/data.hpp"
#include "traces/importers/import.hpp"
#include "traces/reader.hpp"

namespace acrn::bench {

namespace {

replay::Plan load(std::string const& name) {
  tests::TemporaryDirectory const directory;
  auto const capture = directory.path() / "capture.acap";
  auto const source = tests::source_dir() / "traces/captures" / name;
  traces::import_capture(source.string(), capture.string(), {});
  traces::Reader reader{capture.string()};
  return replay::Plan::load(reader);
}

}  // namespace

replay::Plan seabios_plan() { return load("seabios_kvm.ftrace.txt.xz"); }

replay::Plan microvm_plan() { return load("microvm_linux_qemu.trace.xz"); }

}  // namespace acrn::bench
