// SPDX-License-Identifier: BSD-3-Clause
// acrntb explain: what a slot state, an exit qualification, a hypercall or instruction bytes mean.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/cli/explain.hpp"
#include "sim/cli/print_json.hpp"
#include "sim/cli/verb.hpp"

namespace acrn::cli {
namespace {

struct Options {
  std::string value;
  std::string reason;
  std::vector<std::string> bytes;
  std::string mode{"64"};
  bool json{};
};

using Explainer = std::function<Explanation(Options const&)>;

ExitCode explain(Explainer const& explainer, Options const& options, Session& session) {
  Explanation const answer = explainer(options);
  if (options.json) {
    print_json(session.out, explanation_json(answer));
  } else {
    session.out.write(explanation_text(answer));
  }
  session.out.flush();
  return answer.meaning == Meaning::found ? ExitCode::ok : ExitCode::no;
}

core::CodeSize code_size(std::string const& mode) {
  if (mode == "16") return core::CodeSize::bits16;
  return mode == "32" ? core::CodeSize::bits32 : core::CodeSize::bits64;
}

/// The bytes as given, quoted or not.
std::string joined(std::vector<std::string> const& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

/// Builds the subjects one by one.
class Subjects {
 public:
  Subjects(CLI::App& verb, Verb& chosen) : verb_{verb}, chosen_{chosen} {}

  CLI::App& add(std::string const& name, std::string const& help, Explainer explainer) {
    CLI::App* const subject = verb_.add_subcommand(name, help);
    subject->add_flag("--json", options_->json, "One JSON object");
    subject->callback([options = options_, explainer = std::move(explainer), &chosen = chosen_] {
      chosen = [options, explainer](Session& session) {
        return explain(explainer, *options, session);
      };
    });
    return *subject;
  }
  [[nodiscard]] Options& options() { return *options_; }

 private:
  CLI::App& verb_;
  Verb& chosen_;
  std::shared_ptr<Options> options_ = std::make_shared<Options>();
};

void add_exits(Subjects& subjects) {
  Options& options = subjects.options();
  CLI::App& exit =
      subjects.add("exit", "An exit qualification by its exit reason",
                   [](Options const& given) { return explain_exit(given.reason, given.value); });
  exit.add_option("--reason", options.reason, "30 or io, 48 or ept")->required();
  exit.add_option("QUALIFICATION", options.value, "As in 0x03f80008")->required();
  subjects
      .add("io", "The exit qualification of an I/O instruction",
           [](Options const& given) { return explain_io(given.value); })
      .add_option("QUALIFICATION", options.value, "As in 0x03f80008")
      ->required();
  subjects
      .add("ept", "The exit qualification of an EPT violation",
           [](Options const& given) { return explain_ept(given.value); })
      .add_option("QUALIFICATION", options.value, "As in 0x182")
      ->required();
}

void add_instruction(Subjects& subjects) {
  Options& options = subjects.options();
  CLI::App& instruction = subjects.add(
      "instruction", "The instruction at the front of some bytes", [](Options const& given) {
        return explain_instruction(joined(given.bytes), code_size(given.mode));
      });
  instruction.add_option("BYTES", options.bytes, "Hexadecimal, as in \"8b 04 25 00 00 c0 fe\"")
      ->required();
  instruction.add_option("--mode", options.mode, "Size of the code segment")
      ->check(CLI::IsMember({"64", "32", "16"}))
      ->capture_default_str();
}

}  // namespace

void add_explain(CLI::App& app, Verb& chosen) {
  CLI::App* const verb = app.add_subcommand(
      "explain", "Say what a state, an exit qualification, a hypercall or an instruction means");
  verb->require_subcommand(1);
  verb->footer("Exit code 1: it means nothing; what is nearest is told.\n");
  Subjects subjects{*verb, chosen};
  Options& options = subjects.options();
  subjects
      .add("slot-state", "A state of a request slot, and what may happen next",
           [](Options const& given) { return explain_slot_state(given.value); })
      .add_option("STATE", options.value,
                  "0 to 3, a name such as PENDING, or the 64-bit word of generation and state")
      ->required();
  add_exits(subjects);
  subjects
      .add("hypercall", "A hypercall of the I/O path: arguments, results, errors",
           [](Options const& given) { return explain_hypercall(given.value); })
      .add_option("CALL", options.value, "As in 0x80000031 or HC_NOTIFY_REQUEST_FINISH")
      ->required();
  add_instruction(subjects);
}

}  // namespace acrn::cli
