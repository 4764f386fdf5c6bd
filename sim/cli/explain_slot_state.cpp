// SPDX-License-Identifier: BSD-3-Clause
// acrntb explain slot-state: what a state means, who owes the next step, and what may happen next.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/ioreq/owed.hpp"
#include "core/ioreq/slot_word.hpp"
#include "core/ioreq/transitions.hpp"
#include "sim/cli/exit_code.hpp"
#include "sim/cli/explain.hpp"
#include "sim/cli/explain_input.hpp"

namespace acrn::cli {
namespace {

using core::Debt;
using core::HeldBy;
using core::SlotEvent;
using core::SlotPhase;
using core::SlotState;

constexpr std::array real_states{SlotState::pending, SlotState::complete, SlotState::processing,
                                 SlotState::free};

struct StateWords {
  std::string_view meaning;
  std::string_view owner;
};

constexpr StateWords words_of(SlotState state) {
  switch (state) {
    case SlotState::pending:
      return {"a request is in the slot, and no client has it; what memory full of zeros says too",
              "the service VM: its HSM reads the request, the hypervisor leaves it alone"};
    case SlotState::complete:
      return {"the answer is in the slot", "the hypervisor: it takes the value"};
    case SlotState::processing:
      return {"a client has the request and works on it",
              "the service VM: the client reads the request and writes the value"};
    case SlotState::free:
      return {"no request is in the slot", "the hypervisor: it may write the next request"};
    case SlotState::invalid:
      break;
  }
  return {"no state: the service VM broke the protocol",
          "the hypervisor: it ends the request that it finds so, and repairs the slot"};
}

constexpr std::string_view words_of(SlotEvent event) {
  switch (event) {
    case SlotEvent::announce:
      return "the page becomes the VM's request page";
    case SlotEvent::submit:
      return "a request is put in the slot";
    case SlotEvent::claim:
      return "a client was found and gets the request";
    case SlotEvent::answer:
      return "the client's answer is put in the slot";
    case SlotEvent::answer_config:
      return "CF8, or CFC while disabled, is answered without a client";
    case SlotEvent::convert_config:
      return "CFC while enabled becomes a PCI configuration request";
    case SlotEvent::clear:
      return "completed without an answer, around a reset";
    case SlotEvent::reject:
      return "completed without an answer: no request that a hypervisor sends";
    case SlotEvent::no_client:
      return "nobody to give it to: it waits for the next scan";
    case SlotEvent::retry:
      return "its client failed on it and gets it again";
    case SlotEvent::release:
      return "its client went: it waits for the next scan";
    case SlotEvent::orphan:
      return "its client went, and nobody minds it any more";
    case SlotEvent::acknowledge_reset:
      return "what a reset withdrew is let go";
    case SlotEvent::consume:
      return "the answer is taken";
    case SlotEvent::discard:
      return "the answer comes after the request was cancelled";
    case SlotEvent::repair:
      return "an answer, or nonsense, where nothing was asked";
    case SlotEvent::abandon:
      return "the request ends: the service VM broke the protocol under it";
    case SlotEvent::reset:
      return "the VM is reset";
    case SlotEvent::notify:
      return "a completion is announced, truthfully or not";
    case SlotEvent::scribble:
      return "the service VM writes what is no state";
  }
  return "?";
}

Table transitions_from(SlotState from) {
  Table table{
      .name = "transitions", .columns = {"event", "to", "actor", "happens", "source"}, .rows = {}};
  for (core::SlotTransition const& row : core::slot_transitions) {
    if (row.from != from) continue;
    table.rows.push_back({words(name(row.event)), words(name(row.to)), words(name(row.actor)),
                          words(words_of(row.event)),
                          words(row.source == "here" ? "this project" : row.source)});
  }
  return table;
}

struct Circumstance {
  SlotPhase phase;
  HeldBy held;
  std::string_view when;
};

/// What the two sides can know of a slot beyond its state, the usual of each phase first.
constexpr std::array circumstances{
    Circumstance{SlotPhase::waiting, HeldBy::unknown, "a vCPU waits for the answer"},
    Circumstance{SlotPhase::waiting, HeldBy::queued, "a vCPU waits, and the client took nothing"},
    Circumstance{SlotPhase::waiting, HeldBy::nobody, "a vCPU waits, and its client has gone"},
    Circumstance{SlotPhase::waiting, HeldBy::no_client, "a vCPU waits, and no client wants it"},
    Circumstance{SlotPhase::cancelled, HeldBy::unknown, "the request is cancelled"},
    Circumstance{SlotPhase::awaiting_clear, HeldBy::unknown, "a reset withdrew the request"},
    Circumstance{SlotPhase::idle, HeldBy::unknown, "no request is in flight"},
};

/// Who owes the next step, from core's own judgement. What a phase has had already is left out.
Table next_steps(SlotState state) {
  Table table{.name = "next_steps", .columns = {"when", "owed_by", "step"}, .rows = {}};
  std::vector<std::optional<Debt>> told;
  for (Circumstance const& at : circumstances) {
    auto const debt = core::owed({.phase = at.phase, .state = state, .held = at.held});
    if (at.held == HeldBy::unknown) told.clear();
    if (std::ranges::find(told, debt) != told.end()) continue;
    told.push_back(debt);
    table.rows.push_back({words(at.when), words(debt ? name(debt->by) : "nobody"),
                          words(debt ? name(debt->step) : "the slot takes the next request")});
  }
  // A free slot is usually just that.
  if (state == SlotState::free)
    std::rotate(table.rows.begin(), table.rows.end() - 1, table.rows.end());
  return table;
}

std::string describe(SlotState state) {
  return fmt::format("{} {}", static_cast<unsigned>(state), name(state));
}

/// A state, and the word it was given in.
struct Given {
  SlotState state{};
  std::optional<std::uint64_t> raw{};  ///< the number of the state alone
  std::optional<core::Generation> generation{};
};

bool is_word(std::string_view text, std::uint64_t value) {
  constexpr std::size_t state_digits = 8;
  bool const hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  return value >> 32U != 0 || (hexadecimal && text.size() - 2 > state_digits);
}

std::optional<Given> read_state(std::string_view text) {
  if (is_number_text(text)) {
    std::uint64_t const value =
        number_argument("slot state", text, "2, PENDING, 0x0000000500000002");
    Given given{.state = core::word_state(value), .raw = value & 0xffff'ffffU};
    if (is_word(text, value)) given.generation = core::word_generation(value);
    return given;
  }
  for (SlotState const state : real_states) {
    if (capitals(text) == name(state)) {
      return Given{.state = state, .raw = static_cast<std::uint64_t>(state)};
    }
  }
  if (capitals(text) == "INVALID") return Given{.state = SlotState::invalid};
  return std::nullopt;
}

void add_generation(Explanation& answer, core::Generation generation) {
  answer.facts.push_back({"generation", number(generation.value)});
  bool const none = generation == core::generation_unannounced;
  answer.facts.push_back(
      {"generation_means",
       words(none ? "no hypervisor has announced the page"
                  : "the slot's content has this number: one more with each submission and each "
                    "withdrawal, so that a late answer hits no later request")});
  answer.sources.push_back({"this project, core/ioreq/slot_word.hpp", "slot_word",
                            "generation in the padding at offset 140"});
}

Source state_source() {
  return {"<linux/acrn.h>", "struct acrn_io_request, processed at offset 136",
          "The state transitions of ACRN I/O request"};
}

Explanation unknown_name(std::string_view text) {
  Explanation answer{.subject = "slot-state",
                     .given = std::string{text},
                     .meaning = Meaning::none,
                     .summary = "no state has this name"};
  std::vector<std::string> names;
  names.reserve(real_states.size());
  for (SlotState const state : real_states) names.emplace_back(name(state));
  answer.nearest = nearest_names(text, names);
  if (answer.nearest.empty()) answer.nearest = names;
  answer.sources.push_back(state_source());
  return answer;
}

}  // namespace

Explanation explain_slot_state(std::string_view text) {
  auto const given = read_state(text);
  if (!given) return unknown_name(text);
  StateWords const about = words_of(given->state);
  Explanation answer{.subject = "slot-state",
                     .given = std::string{text},
                     .summary = fmt::format("{}: {}", name(given->state), about.meaning)};
  answer.facts.push_back({"state", words(name(given->state))});
  if (given->raw) answer.facts.push_back({"number", number(*given->raw)});
  answer.facts.push_back({"belongs_to", words(about.owner)});
  answer.sources.push_back(state_source());
  if (given->generation) add_generation(answer, *given->generation);
  if (given->state == SlotState::invalid) {
    answer.meaning = Meaning::none;
    for (SlotState const state : real_states) answer.nearest.push_back(describe(state));
  }
  answer.tables = {next_steps(given->state), transitions_from(given->state)};
  return answer;
}

}  // namespace acrn::cli
