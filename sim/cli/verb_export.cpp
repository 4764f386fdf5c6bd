// SPDX-License-Identifier: BSD-3-Clause
// acrntb export: what is in a capture, in a form that another program takes.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "sim/cli/access_export.hpp"
#include "sim/cli/capture_input.hpp"
#include "sim/cli/output_path.hpp"
#include "sim/cli/text_units.hpp"
#include "sim/cli/verb.hpp"
#include "traces/error.hpp"
#include "traces/output_file.hpp"

namespace acrn::cli {
namespace {

struct Options {
  std::string file;
  std::string output;
  std::string vm;
  FilterOptions filters;
  bool skip_damaged{};
  bool force{};
};

using VcpuKey = std::pair<std::uint16_t, std::uint16_t>;

std::optional<std::uint64_t> vm_option(std::string const& text) {
  if (text.empty()) return std::nullopt;
  auto const number = parse_number(text);
  if (!number) throw UsageError(fmt::format("--vm '{}': not a number; for example: --vm 1", text));
  return number;
}

/// Without a choice, VM 0, which is ACRN's Service VM, is passed over where there are others.
bool passes(std::uint16_t vm, std::optional<std::uint64_t> chosen,
            traces::CaptureInfo const& info) {
  if (chosen) return vm == *chosen;
  return vm != 0 || info.vms.size() <= 1;
}

/// The accesses that pass the options; they must be one vCPU's.
AccessExport collect(Options const& options, CaptureInput& capture) {
  Filters filters{options.filters};
  std::optional<std::uint64_t> const vm = vm_option(options.vm);
  filters.resolve(capture.info().clock, capture.time_span());
  AccessExport result;
  std::optional<VcpuKey> chosen;
  traces::Reader::Rows rows;
  while (capture.next(rows)) {
    if (!passes(rows.info.vm, vm, capture.info())) continue;
    VcpuKey const key{rows.info.vm, rows.info.vcpu};
    for (traces::AccessRow const& row : rows.access) {
      EventPlace const place{.vcpu = {key.second},
                             .space = row.access.space,
                             .address = row.access.address,
                             .size = row.access.size,
                             .time = row.time};
      if (!filters.keep(place)) continue;
      if (chosen && *chosen != key) {
        throw UsageError(fmt::format(
            "{}: accesses of vm{}/vcpu{} and vm{}/vcpu{}, a list has one vCPU's; choose by --vm "
            "and --vcpu",
            capture.path(), chosen->first, chosen->second, key.first, key.second));
      }
      chosen = key;
      result.add(row);
    }
  }
  return result;
}

void write_list(std::string const& path, std::span<traces::AccessListRow const> rows) {
  traces::AccessListHeader const header = traces::access_list_header(rows);
  traces::OutputFile file{path};
  file.write(std::as_bytes(std::span{&header, 1}));
  file.write(std::as_bytes(rows));
  file.commit();
}

ExitCode export_accesses(Options const& options, Session& session) {
  check_output(options.output, options.file, options.force ? Overwrite::allow : Overwrite::refuse);
  CaptureInput capture{options.file, options.skip_damaged ? Damage::skip : Damage::refuse};
  capture.tell_origin(session.talk);
  AccessExport const result = collect(options, capture);
  capture.tell_end(session.talk);
  if (result.rows().empty()) {
    throw traces::ContentError(fmt::format(
        "{}: no access that can be executed{}; take another capture or other filters",
        capture.path(),
        result.left_out().total() == 0 ? "" : ", left out " + left_out_text(result.left_out())));
  }
  write_list(options.output, result.rows());
  session.talk.note(
      fmt::format("{} accesses -> {}", grouped(result.rows().size()), options.output));
  if (result.left_out().total() != 0) {
    session.talk.warning(fmt::format("left out {}", left_out_text(result.left_out())));
  }
  return ExitCode::ok;
}

}  // namespace

void add_export(CLI::App& app, Verb& chosen) {
  auto const options = std::make_shared<Options>();
  CLI::App* const verb =
      app.add_subcommand("export", "Write what is in a capture for another program");
  verb->require_subcommand(1);
  CLI::App* const accesses = verb->add_subcommand(
      "accesses", "One vCPU's accesses, for the hypervisor image's guest replay:MODULE");
  accesses->add_option("FILE", options->file, "Capture; - is standard input")->required();
  accesses->add_option("-o,--output", options->output, "List to write; - is standard output")
      ->type_name("LIST")
      ->required();
  accesses->add_option("--vm", options->vm, "Only this VM; default: all but the Service VM, 0")
      ->type_name("N");
  accesses->add_flag("--skip-damaged", options->skip_damaged, "Go on behind damaged chunks");
  accesses->add_flag("--force", options->force, "Overwrite the output");
  add_filter_options(*accesses, options->filters);
  accesses->callback([options, &chosen] {
    chosen = [options](Session& session) { return export_accesses(*options, session); };
  });
}

}  // namespace acrn::cli
