// SPDX-License-Identifier: BSD-3-Clause
#include "sim/cli/exit_replay_job.hpp"

#include <fmt/format.h>

#include <utility>

#include "sim/cli/exit_code.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/text_units.hpp"
#include "sim/model/exit_report.hpp"
#include "sim/model/timed_exits.hpp"
#include "sim/replay/exits/functional.hpp"
#include "sim/replay/exits/plan_builder.hpp"

namespace acrn::cli {
namespace {

using replay::exits::Plan;
using replay::exits::PlannedStream;

void check_options(ReplayJob const& job, Filters const& filters, traces::CaptureInfo const& info) {
  if (filters.active()) {
    throw UsageError(fmt::format(
        "{}: is exit-exact: every exit changes what the next ones find, so filters do not apply; "
        "choose events with acrntb report",
        job.file));
  }
  if (!job.record.empty()) {
    throw UsageError(
        fmt::format("--record: {} is exit-exact: it holds all that a replay would record; copy it "
                    "instead",
                    job.file));
  }
  if (job.engine == Engine::systemc && !info.clock.timed() && !job.assume_gap_ns) {
    throw UsageError(
        fmt::format("{}: has no time stamps, so the timed engine needs the guest's time "
                    "between exits; for example: --assume-gap 10us",
                    job.file));
  }
}

Plan load_plan(CaptureInput& capture) {
  replay::exits::PlanBuilder builder{capture.info(), capture.path()};
  traces::Reader::Rows rows;
  std::uint64_t skipped = 0;
  while (capture.next(rows)) {
    if (capture.skipped() != skipped) {
      skipped = capture.skipped();
      builder.note_damage(rows.info.file_offset);
    }
    builder.add(rows);
  }
  builder.name_clients(capture.info());  // a capture without an index names them as it goes
  return std::move(builder).build();
}

/// What is not replayed is said where it cannot be overlooked.
void tell_gaps(ReplayJob const& job, Plan const& plan, Talk const& talk) {
  for (PlannedStream const& stream : plan.vcpus()) {
    if (stream.gap.empty()) continue;
    talk.warning(fmt::format("{}: vm{}/vcpu{}: {}; replayed up to there, exits behind it: {}",
                             job.file, stream.id.vm.value, stream.id.vcpu.value, stream.gap,
                             grouped(stream.behind)));
  }
}

ReplayOutcome run_functional(ReplayJob const& job, Plan const& plan) {
  replay::exits::Result const result =
      replay::exits::replay_functional(plan, {.profile = job.profile, .completion = {}});
  model::ExitReportContext const context{.info = plan.info(), .top = job.top};
  return {.diverged = result.replay.divergences != 0,
          .incomplete = result.skipped != 0,
          .text = model::format_summary(result, context),
          .json = model::to_json(result, context)};
}

ReplayOutcome run_systemc(ReplayJob const& job, Plan const& plan) {
  model::TimedExitOptions options;
  options.profile = job.profile;
  options.assume_gap_ns = job.assume_gap_ns;
  model::TimedExits const result = model::replay_timed(plan, job.timing, options);
  model::ExitReportContext const context{.info = plan.info(), .top = job.top};
  return {.diverged = result.exits.replay.divergences != 0,
          .incomplete = result.exits.skipped != 0,
          .text = model::format_report(result, job.timing, context),
          .json = model::to_json(result, job.timing, context)};
}

}  // namespace

ReplayOutcome run_exit_replay(ReplayJob const& job, Filters const& filters, CaptureInput& capture,
                              Talk const& talk) {
  check_options(job, filters, capture.info());
  Plan const plan = load_plan(capture);
  capture.tell_end(talk);
  tell_gaps(job, plan, talk);
  if (plan.exits().empty()) talk.warning(fmt::format("{}: no exit to replay", job.file));
  talk.detail(fmt::format("{}: exits to replay: {}, vCPUs: {}", job.file,
                          grouped(plan.exits().size()), plan.vcpus().size()));
  ImmediateInterrupt const words{"interrupted: the replay was not finished"};
  return job.engine == Engine::systemc ? run_systemc(job, plan) : run_functional(job, plan);
}

}  // namespace acrn::cli
