// SPDX-License-Identifier: BSD-3-Clause
// Parses the command line, runs the verb, and maps every failure to a message and an exit code.
#include "sim/cli/cli.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/cli/exit_code.hpp"
#include "sim/cli/interrupt.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/verb.hpp"
#include "sim/cli/version.hpp"
#include "traces/error.hpp"

namespace acrn::cli {
namespace {

constexpr std::string_view short_help =
    R"(acrntb: import, look at and replay the I/O exits of a virtual machine.

  acrntb import boot.perf-script.txt.xz -o boot.acap
  acrntb replay boot.acap --engine systemc

Verbs: import, record, info, report, replay, export, explain.
All options: acrntb --help, acrntb VERB --help.
)";

constexpr std::string_view footer = R"(Examples:
  acrntb import boot.perf-script.txt.xz -o boot.acap
  acrntb report boot.acap --port 0x3f8-0x3ff --time 0,+10ms
  acrntb replay boot.acap --engine systemc --json

Exit codes: 0 done, 1 the answer is no (a replay diverged, a value means nothing),
2 wrong command line, 3 wrong content of a file, 4 something is missing outside,
70 internal error, 130 interrupted.)";

struct Globals {
  bool quiet{};
  bool verbose{};
};

void describe(CLI::App& app, Globals& globals, Verb& chosen) {
  app.set_version_flag("--version", version_text());
  app.add_flag("-q,--quiet", globals.quiet, "No notes and no progress bar on standard error");
  app.add_flag("-v,--verbose", globals.verbose,
               "Also tell where inputs come from, how they are read, and what was chosen")
      ->excludes("--quiet");
  app.fallthrough();
  app.require_subcommand(1);
  add_import(app, chosen);
  add_record(app, chosen);
  add_info(app, chosen);
  add_report(app, chosen);
  add_replay(app, chosen);
  add_export(app, chosen);
  add_explain(app, chosen);
  app.footer(std::string{footer});  // last: verbs inherit what is set before them
}

/// What the command line chose so far: the innermost verb, and the words that lead to it.
struct Level {
  CLI::App const* app;
  std::string before;  ///< "acrntb" for a verb, "acrntb record" for what is below record
};

Level innermost(CLI::App const& app) {
  Level level{.app = &app, .before = ""};
  while (!level.app->get_subcommands().empty()) {
    level.before += level.before.empty() ? app.get_name() : " " + level.app->get_name();
    level.app = level.app->get_subcommands().front();
  }
  return level;
}

std::string help_text(CLI::App const& app) {
  Level const level = innermost(app);
  return level.app->help(level.before);
}

[[noreturn]] void refuse(CLI::App const& app, CLI::ParseError const& error) {
  Level const level = innermost(app);
  std::string const name = (level.before.empty() ? "" : level.before + " ") + level.app->get_name();
  std::vector<std::string> const rest = app.remaining(true);
  bool const wants_verb = level.app->get_require_subcommand_min() > 0;
  std::string const what = wants_verb && !rest.empty()
                               ? fmt::format("'{}' is not a verb of {}", rest.front(), name)
                               : std::string{error.what()};
  throw UsageError(fmt::format("{}; see: {} --help", what, name));
}

ExitCode parse_and_run(int argc, char const* const* argv, Session& session) {
  CLI::App app{"Import, look at and replay the I/O exits of a virtual machine.", "acrntb"};
  Globals globals;
  Verb chosen;
  describe(app, globals, chosen);
  if (argc <= 1) {
    session.out.write(short_help);
    return ExitCode::ok;
  }
  try {
    app.parse(argc, argv);
  } catch (CLI::CallForHelp const&) {
    session.out.write(help_text(app));
    return ExitCode::ok;
  } catch (CLI::CallForVersion const&) {
    session.out.write(version_text() + "\n");
    return ExitCode::ok;
  } catch (CLI::ParseError const& error) {
    refuse(app, error);
  }
  if (globals.quiet) session.talk.set_verbosity(Verbosity::quiet);
  if (globals.verbose) session.talk.set_verbosity(Verbosity::verbose);
  return chosen(session);
}

void tell_internal(Talk const& talk, std::string_view what) {
  talk.error(fmt::format(
      "internal error: {}; please report this line, the command and '{}', with the capture if you "
      "can",
      what, version_text()));
}

/// Runs `work` and turns what it throws into a message and an exit code.
template <class Work>
ExitCode guarded(Talk const& talk, Work&& work) {
  try {
    return work();
  } catch (OutputClosed const&) {
    return ExitCode::ok;
  } catch (Interrupted const& error) {
    talk.end(error.what());
    return ExitCode::interrupted;
  } catch (UsageError const& error) {
    talk.error(error.what());
    return ExitCode::usage;
  } catch (traces::ContentError const& error) {
    talk.error(error.what());
    return ExitCode::content;
  } catch (traces::EnvironmentError const& error) {
    talk.error(error.what());
    return ExitCode::environment;
  } catch (std::bad_alloc const&) {
    talk.error("out of memory; give the process more, or take a part of the capture with --time");
    return ExitCode::environment;
  } catch (std::exception const& error) {
    tell_internal(talk, error.what());
  } catch (...) {
    tell_internal(talk, "an exception of unknown type");
  }
  return ExitCode::internal;
}

}  // namespace

int run(int argc, char const* const* argv) noexcept {
  install_signal_handlers();
  Output out;
  Talk talk;
  Session session{.out = out, .talk = talk};
  ExitCode const code = guarded(talk, [&] {
    ExitCode const result = parse_and_run(argc, argv, session);
    out.flush();
    return result;
  });
  // A read that Ctrl-C cut short fails in its own way; what the user did is the better answer.
  bool const failed = code == ExitCode::content || code == ExitCode::environment;
  return static_cast<int>(failed && interrupted() ? ExitCode::interrupted : code);
}

}  // namespace acrn::cli
