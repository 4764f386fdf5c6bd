// SPDX-License-Identifier: BSD-3-Clause
// acrntb replay: runs a capture through the core, functionally or timed, and reports.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "sim/cli/output_path.hpp"
#include "sim/cli/print_json.hpp"
#include "sim/cli/replay_job.hpp"
#include "sim/cli/text_units.hpp"
#include "sim/cli/verb.hpp"
#include "sim/model/timing.hpp"

namespace acrn::cli {
namespace {

/// The options as typed.
struct Options {
  std::string file;
  std::string engine{"functional"};
  std::string profile;
  std::string timing;
  std::string completion;
  std::string poll_interval{"1us"};
  std::string assume_gap;
  std::string record;
  std::size_t top{15};
  FilterOptions filters;
  bool print_timing{};
  bool json{};
  bool skip_damaged{};
  bool force{};
};

std::uint64_t duration_option(std::string_view name, std::string const& text) {
  auto const ns = parse_duration_ns(text);
  if (!ns || *ns == 0) {
    throw UsageError(
        fmt::format("{} '{}': not a time above zero; for example: {} 10us", name, text, name));
  }
  return *ns;
}

core::Profile const* profile_option(std::string const& name) {
  if (name.empty()) return nullptr;
  core::Profile const* const profile = core::find_profile(name);
  if (profile != nullptr) return profile;
  std::string known;
  for (core::Profile const* each : core::profiles) known += fmt::format(" {}", each->name);
  throw UsageError(fmt::format(
      "--profile '{}': not a profile; known:{}; for example: --profile acrn", name, known));
}

model::Timing timing_options(Options const& options) {
  model::Timing timing =
      options.timing.empty() ? model::Timing::defaults() : model::Timing::load(options.timing);
  if (options.completion == "notification") {
    timing.completion = model::Completion::notification;
    timing.completion_source = "--completion";
    timing.poll_interval_ns = 0;
  } else if (options.completion == "polling" && timing.completion != model::Completion::polling) {
    timing.completion = model::Completion::polling;
    timing.completion_source = "--completion";
    timing.poll_interval_ns = duration_option("--poll-interval", options.poll_interval);
  }
  return timing;
}

ReplayJob make_job(Options const& options) {
  bool const systemc = options.engine == "systemc";
  if (!systemc &&
      (!options.timing.empty() || !options.completion.empty() || !options.assume_gap.empty())) {
    throw UsageError(
        "--timing, --completion and --assume-gap are for the timed engine; add "
        "--engine systemc");
  }
  ReplayJob job{.file = options.file,
                .engine = systemc ? Engine::systemc : Engine::functional,
                .profile = profile_option(options.profile),
                .timing = timing_options(options),
                .assume_gap_ns = {},
                .record = options.record,
                .damage = options.skip_damaged ? Damage::skip : Damage::refuse,
                .top = options.top};
  if (!options.assume_gap.empty()) {
    job.assume_gap_ns = duration_option("--assume-gap", options.assume_gap);
  }
  if (!job.record.empty()) {
    check_output(job.record, job.file, options.force ? Overwrite::allow : Overwrite::refuse);
  }
  return job;
}

ExitCode replay(Options const& options, Session& session) {
  if (options.print_timing) {
    session.out.write(model::default_timing_text());
    return ExitCode::ok;
  }
  if (options.file.empty()) {
    throw UsageError("replay: FILE is needed; for example: acrntb replay boot.acap");
  }
  if (options.record == "-") {
    throw UsageError("--record -: standard output is for the report; name a file");
  }
  Filters filters{options.filters};
  ReplayOutcome const outcome = run_replay(make_job(options), filters, session.talk);
  if (options.json) {
    print_json(session.out, outcome.json);
  } else {
    session.out.write(outcome.text);
  }
  session.out.flush();
  return outcome.diverged || outcome.incomplete ? ExitCode::no : ExitCode::ok;
}

void add_options(CLI::App& verb, Options& options) {
  verb.add_option("FILE", options.file, "Capture; - is standard input");
  verb.add_option("--engine", options.engine,
                  "functional: what happens; systemc: how long it takes")
      ->check(CLI::IsMember({"functional", "systemc"}))
      ->capture_default_str();
  verb.add_option("--profile", options.profile,
                  "Behaviour: architectural, acrn, acrn2018 (default: the capture's)");
  verb.add_option("--timing", options.timing, "Stage costs, as --print-timing prints them")
      ->type_name("FILE.toml");
  verb.add_option("--completion", options.completion, "How a completion is noticed")
      ->check(CLI::IsMember({"notification", "polling"}));
  verb.add_option("--poll-interval", options.poll_interval,
                  "With --completion polling, when the timing file has no interval")
      ->capture_default_str();
  verb.add_option("--assume-gap", options.assume_gap,
                  "Guest time between accesses of a capture without time stamps, as in 10us");
  verb.add_option("--record", options.record, "Write what was replayed as a capture")
      ->type_name("OUT.acap");
  verb.add_option("--top", options.top, "Rows of the table of ports and regions")
      ->capture_default_str();
  verb.add_flag("--print-timing", options.print_timing, "Print the built-in stage costs and stop");
  verb.add_flag("--skip-damaged", options.skip_damaged, "Go on behind damaged chunks");
  verb.add_flag("--force", options.force, "Overwrite the output of --record");
  verb.add_flag("--json", options.json, "The report as one JSON object");
  add_filter_options(verb, options.filters);
}

}  // namespace

void add_replay(CLI::App& app, Verb& chosen) {
  auto const options = std::make_shared<Options>();
  CLI::App* const verb = app.add_subcommand(
      "replay", "Run a capture through the core; exit code 1 if it diverges or has gaps");
  add_options(*verb, *options);
  verb->callback([options, &chosen] {
    chosen = [options](Session& session) { return replay(*options, session); };
  });
}

}  // namespace acrn::cli
