// SPDX-License-Identifier: BSD-3-Clause
// acrntb info: what a capture says about itself.
#include <CLI/CLI.hpp>
#include <memory>

#include "sim/cli/capture_input.hpp"
#include "sim/cli/capture_summary.hpp"
#include "sim/cli/print_json.hpp"
#include "sim/cli/verb.hpp"

namespace acrn::cli {
namespace {

struct Options {
  std::string file;
  bool json{};
};

ExitCode info(Options const& options, Session& session) {
  CaptureInput capture{options.file, Damage::refuse};
  capture.tell_origin(session.talk);
  CaptureSummary const summary = summarise(capture);
  if (options.json) {
    print_json(session.out, summary_json(summary));
  } else {
    session.out.write(summary_text(summary));
  }
  session.out.flush();
  capture.tell_end(session.talk);
  return ExitCode::ok;
}

}  // namespace

void add_info(CLI::App& app, Verb& chosen) {
  auto const options = std::make_shared<Options>();
  CLI::App* const verb = app.add_subcommand("info", "Show what a capture says about itself");
  verb->add_option("FILE", options->file, "Capture")->required();
  verb->add_flag("--json", options->json, "One JSON object");
  verb->callback([options, &chosen] {
    chosen = [options](Session& session) { return info(*options, session); };
  });
}

}  // namespace acrn::cli
