// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/import.hpp"

#include <filesystem>
#include <system_error>

#include "traces/importers/trace_import.hpp"

namespace acrn::traces {
namespace {

/// Hands rows to a capture's writer.
class WriterSink final : public RowSink {
 public:
  explicit WriterSink(Writer& writer) : writer_(writer) {}

  void write(std::uint16_t vcpu, AccessRow const& row) override { writer_.write(vm, vcpu, row); }
  void write(std::uint16_t vcpu, ExitRow const& row) override { writer_.write(vm, vcpu, row); }
  void write(std::uint16_t vcpu, InjectRow const& row) override { writer_.write(vm, vcpu, row); }
  void write(std::uint16_t vcpu, InputRow const& row) override { writer_.write(vm, vcpu, row); }
  ClientId client(std::string_view name) override { return writer_.client(name); }
  void lost(std::uint16_t vcpu, std::uint64_t count) override { writer_.lost(vm, vcpu, count); }

 private:
  static constexpr std::uint16_t vm = 0;
  Writer& writer_;
};

ImportReport write_capture(TraceImport& import, std::string const& destination,
                           WriterOptions const& options) {
  Writer writer(destination, import.info(), options);
  WriterSink sink(writer);
  ImportReport report = import.run(sink);
  writer.finish(import.info());
  return report;
}

}  // namespace

ImportReport import_capture(std::string const& source, std::string const& destination,
                            ImportOptions const& options) {
  TraceImport import(source, options);
  try {
    return write_capture(import, destination, options.writer);
  } catch (...) {
    std::error_code ignored;  // the reason of the failure is what the user must see
    if (destination != "-") std::filesystem::remove(destination + ".partial", ignored);
    throw;
  }
}

}  // namespace acrn::traces
