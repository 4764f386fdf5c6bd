// SPDX-License-Identifier: BSD-3-Clause
// A row sink that keeps everything, and an import of a text into it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/data.hpp"
#include "tests/unit/traces/importers/files.hpp"
#include "traces/importers/row_sink.hpp"
#include "traces/importers/trace_import.hpp"

namespace acrn::tests {

template <class Row>
struct Owned {
  std::uint16_t vcpu{};
  Row row;
};

class ListSink final : public traces::RowSink {
 public:
  void write(std::uint16_t vcpu, traces::AccessRow const& row) override {
    accesses.push_back({vcpu, row});
  }
  void write(std::uint16_t vcpu, traces::ExitRow const& row) override {
    exits.push_back({vcpu, row});
  }
  void write(std::uint16_t vcpu, traces::InjectRow const& row) override {
    injections.push_back({vcpu, row});
  }
  void write(std::uint16_t vcpu, traces::InputRow const& row) override {
    inputs.push_back({vcpu, row});
  }
  traces::ClientId client(std::string_view name) override {
    clients.emplace_back(name);
    return static_cast<traces::ClientId>(clients.size());
  }
  void lost(std::uint16_t vcpu, std::uint64_t count) override { losses.emplace_back(vcpu, count); }

  std::vector<Owned<traces::AccessRow>> accesses;
  std::vector<Owned<traces::ExitRow>> exits;
  std::vector<Owned<traces::InjectRow>> injections;
  std::vector<Owned<traces::InputRow>> inputs;
  std::vector<std::string> clients;
  std::vector<std::pair<std::uint16_t, std::uint64_t>> losses;
};

struct Imported {
  traces::ImportReport report;
  traces::CaptureInfo info;
  ListSink sink;
};

inline Imported import_file(std::string const& path, traces::ImportOptions const& options = {}) {
  traces::TraceImport import(path, options);
  Imported result;
  result.report = import.run(result.sink);
  result.info = import.info();
  return result;
}

inline Imported import_text(std::string_view text, traces::ImportOptions const& options = {}) {
  TemporaryDirectory const directory;
  return import_file(write_file(directory.path() / "trace.txt", text), options);
}

}  // namespace acrn::tests
