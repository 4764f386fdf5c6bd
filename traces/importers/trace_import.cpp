// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/trace_import.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "traces/error.hpp"
#include "traces/importers/kvm_importer.hpp"

namespace acrn::traces {
namespace {

constexpr std::array<std::string_view, 4> dialects{"kvm-ftrace", "kvm-trace-cmd", "kvm-perf-script",
                                                   "qemu-log"};
constexpr std::array<std::size_t, 2> survey_bytes{1U << 20U, 16U << 20U};
constexpr std::uint64_t progress_bytes = 1U << 20U;

struct KnownBinary {
  std::string_view magic;
  std::string_view advice;
};
constexpr std::array binaries{
    KnownBinary{"\x17\x08\x44tracing", "this is a trace.dat; print it with 'trace-cmd report -t'"},
    KnownBinary{"PERFILE2", "this is a perf.data; print it with 'perf script --ns'"},
};

std::vector<std::string> never_recorded_of_kvm(KvmMachine const& machine) {
  std::vector<std::string> fields{"access.client"};
  if (!machine.outline().has_userspace_exits) fields.emplace_back("access.handling");
  if (machine.exits() == 0) {
    fields.emplace_back("exit");
  } else {
    for (char const* const field :
         {"exit.length", "exit.registers_read", "exit.registers_written", "exit.instruction_bytes",
          "exit.guest_ram_read", "exit.entry_state", "exit.vm_seq"}) {
      fields.emplace_back(field);
    }
  }
  fields.emplace_back("slot");
  return fields;
}

std::uint64_t ticks_per_second(std::uint8_t digits) {
  std::uint64_t hz = 1;
  for (std::uint8_t digit = 0; digit < digits; ++digit) hz *= 10;
  return digits == 0 ? 0 : hz;
}

}  // namespace

std::span<std::string_view const> dialect_names() { return dialects; }

TraceImport::TraceImport(std::string const& source, ImportOptions const& options)
    : options_(options), lines_(source) {
  choose_dialect(options.dialect);
  info_.source.dialect = survey_.dialect;
  info_.source.file = source == "-" ? "-" : std::filesystem::path{source}.filename().string();
  info_.vms = {{.id = 0, .vcpus = 0}};
  info_.cpu = vendor_name(survey_.outline.vendor);
  if (survey_.dialect != "qemu-log") {
    info_.clock.kind = "kvm-trace";
    info_.clock.hz_numerator = ticks_per_second(survey_.fraction_digits);
  } else if (survey_.qemu_clock == QemuClock::microseconds) {
    info_.clock.kind = "qemu-log";
    info_.clock.hz_numerator = ticks_per_second(6);
  } else {
    info_.clock.kind = "none";
  }
}

void TraceImport::choose_dialect(std::string const& wanted) {
  if (!wanted.empty() && std::find(dialects.begin(), dialects.end(), wanted) == dialects.end()) {
    std::string known;
    for (std::string_view const name : dialects) known.append(" ").append(name);
    throw std::invalid_argument("unknown dialect '" + wanted + "'; known are:" + known);
  }
  for (std::size_t const bytes : survey_bytes) {
    survey_ = survey(lines_.peek(bytes));
    if (!survey_.dialect.empty()) break;
  }
  if (!wanted.empty()) survey_.dialect = wanted;
  if (survey_.dialect.empty()) fail_unknown();
}

void TraceImport::fail_unknown() {
  std::string const& name = lines_.bytes().name();
  std::string_view const beginning = lines_.peek(16);
  for (KnownBinary const& binary : binaries) {
    if (!beginning.starts_with(binary.magic)) continue;
    throw ContentError(name + ": not a text; " + std::string{binary.advice} + " and import that");
  }
  throw ContentError(
      name +
      ": no line is a KVM event or a QEMU memory_region_ops line; expected the text of ftrace, "
      "'trace-cmd report', 'perf script' or QEMU's '-trace memory_region_ops*'; pass --dialect, "
      "or see traces/importers/README.md");
}

template <class Take>
void TraceImport::for_each_line(ImportReport& report, Take const& take) {
  std::uint64_t next_report = progress_bytes;
  Line line;
  while (lines_.next(line)) {
    ++report.lines;
    take(line);
    if (lines_.text_bytes() >= next_report) {
      next_report = lines_.text_bytes() + progress_bytes;
      tell_progress(report);
    }
  }
  tell_progress(report);
}

void TraceImport::tell_progress(ImportReport const& report) const {
  if (!options_.progress) return;
  options_.progress({.bytes_read = lines_.bytes().bytes_read(),
                     .bytes_total = lines_.bytes().bytes_total(),
                     .lines = report.lines});
}

ImportReport TraceImport::run(RowSink& sink) {
  ImportReport report;
  LineTally tally(options_.rejected_shown_max);
  if (survey_.dialect == "qemu-log") {
    run_qemu(sink, tally, report);
  } else {
    run_kvm(sink, tally, report);
  }
  report.source = info_.source;
  report.source.crc32c = lines_.crc32c();
  report.clock = info_.clock;
  tally.fill(report);
  if (report.source.used == 0) fail_unknown();
  info_.source = report.source;
  return report;
}

void TraceImport::run_kvm(RowSink& sink, LineTally& tally, ImportReport& report) {
  KvmImporter importer(survey_.outline, survey_.fraction_digits, sink, tally);
  for_each_line(report, [&](Line const& line) { importer.take(line); });
  importer.finish();
  KvmMachine const& machine = importer.machine();
  report.accesses = machine.accesses();
  report.exits = machine.exits();
  report.injections = machine.injections();
  report.inputs = machine.inputs();
  report.vcpus = machine.vcpus();
  auto const& others = machine.outline().vcpus.doubtful();
  report.threads_of_other_vms.assign(others.begin(), others.end());
  info_.never_recorded = never_recorded_of_kvm(machine);
}

void TraceImport::run_qemu(RowSink& sink, LineTally& tally, ImportReport& report) {
  QemuImporter importer(survey_.qemu_clock, sink, tally);
  for_each_line(report, [&](Line const& line) { importer.take(line); });
  report.accesses = importer.accesses();
  report.vcpus = importer.vcpus();
  info_.never_recorded = {"exit", "slot", "inject", "input"};
  if (!info_.clock.timed()) info_.never_recorded.emplace_back("access.time");
}

}  // namespace acrn::traces
