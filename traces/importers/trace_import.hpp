// SPDX-License-Identifier: BSD-3-Clause
// One import without its output: source in, rows into any sink, report out.
#pragma once

#include <string>
#include <vector>

#include "traces/capture_info.hpp"
#include "traces/importers/detect.hpp"
#include "traces/importers/import.hpp"
#include "traces/importers/line_source.hpp"
#include "traces/importers/row_sink.hpp"

namespace acrn::traces {

class TraceImport {
 public:
  /// Opens the source and looks at its beginning. Throws as import_capture() does.
  TraceImport(std::string const& source, ImportOptions const& options);

  /// Identity of the capture to be: complete after run(), before that without `source` and
  /// `never_recorded`.
  [[nodiscard]] CaptureInfo const& info() const { return info_; }

  /// Reads the source to its end and hands its rows to `sink`. Call it once. Throws ContentError
  /// when no line could be used.
  ImportReport run(RowSink& sink);

 private:
  void choose_dialect(std::string const& wanted);
  void run_kvm(RowSink& sink, LineTally& tally, ImportReport& report);
  void run_qemu(RowSink& sink, LineTally& tally, ImportReport& report);
  template <class Take>
  void for_each_line(ImportReport& report, Take const& take);
  void tell_progress(ImportReport const& report) const;
  [[noreturn]] void fail_unknown();

  ImportOptions options_;
  LineSource lines_;
  Survey survey_;
  CaptureInfo info_;
};

}  // namespace acrn::traces
