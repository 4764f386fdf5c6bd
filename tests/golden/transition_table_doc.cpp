// SPDX-License-Identifier: BSD-3-Clause
// Prints the slot's transition table as Markdown, writes it into a document, or checks it there.
//
//   transition_table_doc                  print
//   transition_table_doc --write FILE     replace what stands between the markers
//   transition_table_doc --check FILE     exit 1 unless that is what would be written
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ioreq/transitions.hpp"
#include "tests/golden/generated_section.hpp"

namespace acrn::core {
namespace {

/// The picture: what moves the state, foreign actors left out.
std::string diagram() {
  std::map<std::pair<SlotState, SlotState>, std::vector<std::string>> arrows;
  for (SlotTransition const& row : slot_transitions) {
    if (row.actor == SlotActor::foreign_hsm || row.from == row.to) continue;
    if (row.from == SlotState::invalid) continue;
    arrows[{row.from, row.to}].push_back(std::string{name(row.event)});
  }
  std::string text = "```mermaid\nstateDiagram-v2\n  [*] --> FREE: announce\n";
  for (auto const& [states, events] : arrows) {
    text +=
        "  " + std::string{name(states.first)} + " --> " + std::string{name(states.second)} + ": ";
    for (std::size_t i = 0; i < events.size(); ++i) text += (i == 0 ? "" : ", ") + events[i];
    text += '\n';
  }
  return text + "```\n";
}

std::string line(std::string const& from, std::string_view to, SlotTransition const& row) {
  std::string text = "| " + from + " | `" + std::string{name(row.event)} + "` | ";
  text += std::string{to} + " | " + std::string{name(row.actor)} + " | ";
  return text + std::string{row.source} + " |\n";
}

/// Rows that differ in their states alone: one line if they lead to one state, or all stay.
std::string lines(std::vector<SlotTransition> const& group) {
  bool const all_stay =
      std::all_of(group.begin(), group.end(), [](auto const& row) { return row.from == row.to; });
  bool const one_target = std::all_of(group.begin(), group.end(),
                                      [&](auto const& row) { return row.to == group.front().to; });
  std::string from;
  std::string single;
  for (SlotTransition const& row : group) {
    from += (from.empty() ? "" : ", ") + std::string{name(row.from)};
    single += line(std::string{name(row.from)}, name(row.to), row);
  }
  if (all_stay) return line(from, "(same)", group.front());
  return one_target ? line(from, name(group.front().to), group.front()) : single;
}

std::string table() {
  std::vector<std::vector<SlotTransition>> groups;
  for (SlotTransition const& row : slot_transitions) {
    auto const same = std::find_if(groups.begin(), groups.end(), [&](auto const& group) {
      SlotTransition const& first = group.front();
      return first.event == row.event && first.actor == row.actor && first.source == row.source;
    });
    if (same != groups.end()) {
      same->push_back(row);
    } else {
      groups.push_back({row});
    }
  }
  std::string text = "| from | event | to | actor | source |\n| --- | --- | --- | --- | --- |\n";
  for (auto const& group : groups) text += lines(group);
  return text;
}

std::string section() { return diagram() + "\n" + table(); }

}  // namespace
}  // namespace acrn::core

int main(int argc, char** argv) {
  return acrn::tests::generate({.program = "transition_table_doc",
                                .what = "transition",
                                .begin_marker = "<!-- transitions: begin (generated) -->\n",
                                .end_marker = "<!-- transitions: end -->\n",
                                .update_target = "update_transition_table",
                                .text = acrn::core::section()},
                               argc, argv);
}
