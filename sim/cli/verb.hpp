// SPDX-License-Identifier: BSD-3-Clause
// What the verbs of acrntb have in common: each adds its options and says how it is run.
#pragma once

#include <functional>
#include <string_view>

#include "sim/cli/exit_code.hpp"
#include "sim/cli/filters.hpp"
#include "sim/cli/output.hpp"

namespace CLI {
class App;
}

namespace acrn::cli {

/// The ways out of a running verb.
struct Session {
  Output& out;
  Talk& talk;
};

using Verb = std::function<ExitCode(Session&)>;

/// Each adds one verb to `app` and, when the command line chooses it, sets `chosen`.
void add_explain(CLI::App& app, Verb& chosen);
void add_export(CLI::App& app, Verb& chosen);
void add_import(CLI::App& app, Verb& chosen);
void add_record(CLI::App& app, Verb& chosen);
void add_info(CLI::App& app, Verb& chosen);
void add_report(CLI::App& app, Verb& chosen);
void add_replay(CLI::App& app, Verb& chosen);

/// Adds --vcpu, --port, --gpa and --time.
void add_filter_options(CLI::App& verb, FilterOptions& options);

}  // namespace acrn::cli
