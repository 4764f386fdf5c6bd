// SPDX-License-Identifier: BSD-3-Clause
// acrntb report: the events of a capture, one per line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string_view>

#include "sim/cli/capture_input.hpp"
#include "sim/cli/event_json.hpp"
#include "sim/cli/event_line.hpp"
#include "sim/cli/event_merger.hpp"
#include "sim/cli/print_json.hpp"
#include "sim/cli/verb.hpp"

namespace acrn::cli {
namespace {

struct ReportOptions {
  std::string file;
  FilterOptions filters;
  bool json{};
  bool ns{};
  bool skip_damaged{};
};

class Printer {
 public:
  Printer(Output& out, ReportOptions const& options, traces::CaptureInfo const& info,
          std::optional<std::uint64_t> start)
      : out_{out},
        json_{options.json},
        info_{info},
        start_{start},
        style_{options.ns ? TimeStyle::nanoseconds : TimeStyle::seconds} {}

  /// Counts from `ticks` unless the start is known: events come in order, the first comes first.
  void start_by(std::uint64_t ticks) {
    if (!start_) start_ = ticks;
  }

  void print(Event const& event) {
    if (json_) {
      print_json_line(out_, event_json(info_, *start_, event));
      return;
    }
    text_.clear();
    EventLine{info_, *start_, style_}.append(text_, event);
    out_.write({text_.data(), text_.size()});
  }

 private:
  Output& out_;
  bool json_;
  traces::CaptureInfo const& info_;
  std::optional<std::uint64_t> start_;
  TimeStyle style_;
  fmt::memory_buffer text_;
};

ExitCode report(ReportOptions const& options, Session& session) {
  Filters filters{options.filters};
  CaptureInput capture{options.file, options.skip_damaged ? Damage::skip : Damage::refuse};
  capture.tell_origin(session.talk);
  capture.check_all();
  std::optional<TimeSpan> const span = capture.time_span();
  filters.resolve(capture.info().clock, span);
  Printer printer{session.out, options, capture.info(),
                  span ? std::optional{span->first} : std::nullopt};
  std::uint64_t printed = 0;
  EventMerger merger{capture.info().clock.timed() ? Stamps::present : Stamps::absent,
                     [&](Event const& event) {
                       printer.start_by(event_time(event));
                       if (!filters.keep(event_place(event))) return;
                       printer.print(event);
                       ++printed;
                     }};
  try {
    traces::Reader::Rows rows;
    while (capture.next(rows)) {
      merger.add(std::move(rows));
      if (!capture.seekable()) session.out.flush();  // a pipe may pause, or never end
    }
    merger.finish();
  } catch (Interrupted const&) {
    session.out.flush();  // whole lines, as far as somebody reads them
    throw Interrupted(fmt::format("interrupted after {} events", grouped(printed)));
  }
  session.out.flush();
  capture.tell_end(session.talk);
  if (printed == 0 && filters.active()) session.talk.note("no event passes the filters");
  return ExitCode::ok;
}

}  // namespace

void add_report(CLI::App& app, Verb& chosen) {
  auto const options = std::make_shared<ReportOptions>();
  CLI::App* const verb =
      app.add_subcommand("report", "Print the events of a capture, one per line");
  verb->add_option("FILE", options->file, "Capture; - is standard input")->required();
  verb->add_flag("--ns", options->ns, "Times as integer nanoseconds instead of seconds");
  verb->add_flag("--json", options->json, "JSON Lines, one object per event");
  verb->add_flag("--skip-damaged", options->skip_damaged, "Go on behind damaged chunks");
  add_filter_options(*verb, options->filters);
  verb->footer(
      "Each line is vmV/vcpuC [pCPU] TIME: GROUP:EVENT and fields. ? is what the capture does not\n"
      "hold; [???] is a physical CPU that it does not name, as none does so far.\n");
  verb->callback([options, &chosen] {
    chosen = [options](Session& session) { return report(*options, session); };
  });
}

}  // namespace acrn::cli
