// SPDX-License-Identifier: BSD-3-Clause
// Runs one replay.
#include "sim/cli/replay_job.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "sim/cli/exit_code.hpp"
#include "sim/cli/exit_replay_job.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/text_units.hpp"
#include "sim/model/report.hpp"
#include "sim/model/timed.hpp"
#include "sim/replay/exits/plan.hpp"
#include "sim/replay/functional.hpp"
#include "sim/replay/plan.hpp"
#include "sim/replay/plan_builder.hpp"
#include "traces/error.hpp"
#include "traces/writer.hpp"

namespace acrn::cli {
namespace {

replay::Plan load_plan(CaptureInput& capture, Filters& filters) {
  filters.resolve(capture.info().clock, capture.time_span());
  replay::PlanOptions options;
  if (filters.active()) {
    options.keep = [&filters](core::VmId, core::VcpuId vcpu, traces::AccessRow const& row) {
      return filters.keep({.vcpu = vcpu,
                           .space = row.access.space,
                           .address = row.access.address,
                           .size = row.access.size,
                           .time = row.time});
    };
  }
  replay::PlanBuilder builder{capture.info(), capture.path(), options};
  traces::Reader::Rows rows;
  while (capture.next(rows)) {
    builder.add(rows.info, rows.access);
    builder.add(rows.info, rows.exit);
    builder.add(rows.info, rows.slot);
  }
  return std::move(builder).build();
}

core::Profile const& choose_profile(ReplayJob const& job, traces::CaptureInfo const& info) {
  if (job.profile != nullptr) return *job.profile;
  if (core::Profile const* const profile = core::find_profile(info.profile)) return *profile;
  throw traces::ContentError(
      fmt::format("{}: header: profile '{}' is not known here, expected architectural, acrn or "
                  "acrn2018; choose one with --profile",
                  job.file, info.profile));
}

void check_time(ReplayJob const& job, replay::Plan const& plan) {
  if (job.engine == Engine::functional || plan.info().clock.timed() || job.assume_gap_ns) return;
  throw UsageError(
      fmt::format("{}: has no time stamps, so the timed engine needs the guest's time "
                  "between accesses; for example: --assume-gap 10us",
                  job.file));
}

/// What a recording of a replay says about itself: where it came from, and what it does not hold.
traces::CaptureInfo recorded_info(ReplayJob const& job, replay::Plan const& plan) {
  traces::CaptureInfo info = plan.info();
  info.never_recorded = {"exit.entry_state",
                         "exit.guest_ram_read",
                         "exit.instruction_bytes",
                         "exit.length",
                         "exit.rip",
                         "inject",
                         "input"};
  if (job.engine == Engine::systemc) {
    info.clock = model::recording_clock(plan.info().clock);
  } else {
    info.never_recorded.insert(info.never_recorded.end(), {"access.stages", "exit.time_out"});
  }
  return info;
}

std::string last_words(ReplayJob const& job) {
  if (job.record.empty()) return "interrupted: the replay was not finished";
  return fmt::format("interrupted: {} was not written; the part done so far is kept in {}.partial",
                     job.record, job.record);
}

ReplayOutcome run_functional(ReplayJob const& job, replay::Plan const& plan,
                             core::Profile const& profile, traces::Writer* record) {
  replay::ReplayResult const result =
      replay::replay_functional(plan, {.profile = &profile, .record = record});
  model::ReportContext const context{.info = &plan.info(), .vcpus = plan.vcpus(), .top = job.top};
  return {.diverged = result.divergences != 0,
          .incomplete = false,
          .text = model::format_summary(result, context),
          .json = model::to_json(result, context)};
}

ReplayOutcome run_systemc(ReplayJob const& job, replay::Plan const& plan,
                          core::Profile const& profile, traces::Writer* record) {
  model::TimedOptions options;
  options.profile = &profile;
  options.assume_gap_ns = job.assume_gap_ns;
  options.record = record;
  model::TimedResult const result = model::replay_timed(plan, job.timing, options);
  model::ReportContext const context{.info = &plan.info(), .vcpus = plan.vcpus(), .top = job.top};
  return {.diverged = result.replay.divergences != 0,
          .incomplete = false,
          .text = model::format_report(result, job.timing, context),
          .json = model::to_json(result, job.timing, context)};
}

}  // namespace

ReplayOutcome run_replay(ReplayJob const& job, Filters& filters, Talk const& talk) {
  CaptureInput capture{job.file, job.damage};
  capture.tell_origin(talk);
  if (replay::exits::is_exit_exact(capture.info())) {
    return run_exit_replay(job, filters, capture, talk);
  }
  replay::Plan const plan = load_plan(capture, filters);
  capture.tell_end(talk);
  if (plan.accesses().empty()) {
    talk.warning(fmt::format("{}: no access to replay{}", job.file,
                             filters.active() ? ", none passes the filters" : ""));
  }
  check_time(job, plan);
  core::Profile const& profile = choose_profile(job, plan.info());
  talk.detail(fmt::format("{}: accesses to replay: {}{}, vCPUs: {}, profile {}", job.file,
                          grouped(plan.accesses().size()),
                          filters.active() ? " that pass the filters" : "", plan.vcpus().size(),
                          profile.name));
  ImmediateInterrupt const words{last_words(job)};
  std::unique_ptr<traces::Writer> writer;
  traces::CaptureInfo const recorded = recorded_info(job, plan);
  if (!job.record.empty()) writer = std::make_unique<traces::Writer>(job.record, recorded);
  ReplayOutcome outcome = job.engine == Engine::systemc
                              ? run_systemc(job, plan, profile, writer.get())
                              : run_functional(job, plan, profile, writer.get());
  if (writer) writer->finish(recorded);
  return outcome;
}

}  // namespace acrn::cli
