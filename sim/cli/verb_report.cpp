// SPDX-License-Identifier: BSD-3-Clause
// acrntb report: the events of a capture, one per line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/cli/capture_input.hpp"
#include "sim/cli/event_json.hpp"
#include "sim/cli/event_line.hpp"
#include "sim/cli/event_merger.hpp"
#include "sim/cli/print_json.hpp"
#include "sim/cli/stuck.hpp"
#include "sim/cli/verb.hpp"
#include "traces/error.hpp"

namespace acrn::cli {
namespace {

struct ReportOptions {
  std::string file;
  FilterOptions filters;
  bool json{};
  bool ns{};
  bool skip_damaged{};
  bool stuck{};

  [[nodiscard]] TimeStyle style() const { return ns ? TimeStyle::nanoseconds : TimeStyle::seconds; }
};

class Printer {
 public:
  Printer(Output& out, ReportOptions const& options, traces::CaptureInfo const& info,
          std::optional<std::uint64_t> start)
      : out_{out}, json_{options.json}, info_{info}, start_{start}, style_{options.style()} {}

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

/// Prints what is unfinished after the last event that passes the filters.
ExitCode report_stuck(ReportOptions const& options, Session& session) {
  Filters filters{options.filters};
  CaptureInput capture{options.file, options.skip_damaged ? Damage::skip : Damage::refuse};
  std::optional<TimeSpan> const span = capture.time_span();
  traces::CaptureInfo const& info = capture.info();
  filters.resolve(info.clock, span);
  StuckView view;
  std::optional<std::uint64_t> start = span ? std::optional{span->first} : std::nullopt;
  EventMerger merger{info.clock.timed() ? Stamps::present : Stamps::absent,
                     [&](Event const& event) {
                       if (!start) start = event_time(event);
                       if (filters.keep(event_place(event))) view.add(event);
                     }};
  traces::Reader::Rows rows;
  while (capture.next(rows)) merger.add(std::move(rows));
  merger.finish();
  if (!view.saw_slots()) {
    throw traces::ContentError(
        fmt::format("{}: no transitions of request slots{}, so nothing tells what is unfinished; "
                    "make a capture with them: acrntb replay FILE --record OUT",
                    capture.path(), filters.active() ? " pass the filters" : " in this capture"));
  }
  std::vector<StuckRequest> const requests = view.requests();
  StuckFormat const format{
      .info = info, .start = *start, .moment = view.moment(), .style = options.style()};
  if (options.json) {
    print_json(session.out, stuck_json(format, requests));
  } else {
    fmt::memory_buffer text;
    for (StuckRequest const& stuck : requests) append_stuck_line(text, format, stuck);
    session.out.write({text.data(), text.size()});
  }
  session.out.flush();
  capture.tell_end(session.talk);
  if (requests.empty()) session.talk.note("no request is unfinished");
  return requests.empty() ? ExitCode::ok : ExitCode::no;
}

ExitCode report(ReportOptions const& options, Session& session) {
  if (options.stuck) return report_stuck(options, session);
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
  verb->add_flag("--stuck", options->stuck,
                 "Only what is unfinished at the last moment, and who owes the next step; "
                 "exit code 1 if anything is");
  add_filter_options(*verb, options->filters);
  verb->footer(
      "Each line is vmV/vcpuC [pCPU] TIME: GROUP:EVENT and fields. ? is what the capture does not\n"
      "hold; [???] is a physical CPU that it does not name, as none does so far.\n");
  verb->callback([options, &chosen] {
    chosen = [options](Session& session) { return report(*options, session); };
  });
}

}  // namespace acrn::cli
