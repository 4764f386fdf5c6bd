// SPDX-License-Identifier: BSD-3-Clause
// Prints the slot's transition table as Markdown, writes it into a document, or checks it there.
//
//   transition_table_doc                  print
//   transition_table_doc --write FILE     replace what stands between the markers
//   transition_table_doc --check FILE     exit 1 unless that is what would be written
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ioreq/transitions.hpp"

namespace acrn::core {
namespace {

constexpr std::string_view begin_marker = "<!-- transitions: begin (generated) -->\n";
constexpr std::string_view end_marker = "<!-- transitions: end -->\n";

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

std::optional<std::string> read(char const* path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return std::nullopt;
  return text.str();
}

int check_or_write(std::string_view mode, char const* path) {
  auto const document = read(path);
  if (!document) {
    std::fprintf(stderr, "%s: cannot be read\n", path);
    return EXIT_FAILURE;
  }
  std::size_t const begin = document->find(begin_marker);
  std::size_t const end = document->find(end_marker);
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    std::fprintf(stderr, "%s: has no transition markers; put these two lines in:\n%s%s", path,
                 begin_marker.data(), end_marker.data());
    return EXIT_FAILURE;
  }
  std::string fresh = *document;
  std::size_t const first = begin + begin_marker.size();
  fresh.replace(first, end - first, section());
  if (fresh == *document) return EXIT_SUCCESS;
  if (mode == "--check") {
    std::fprintf(stderr, "%s: the transition table is out of date; build update_transition_table\n",
                 path);
    return EXIT_FAILURE;
  }
  std::ofstream file{path};
  file << fresh;
  file.flush();
  return file ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace acrn::core

int main(int argc, char** argv) {
  if (argc == 1) {
    std::fputs(acrn::core::section().c_str(), stdout);
    return EXIT_SUCCESS;
  }
  std::string_view const mode = argv[1];
  if (argc != 3 || (mode != "--check" && mode != "--write")) {
    std::fputs("usage: transition_table_doc [--check FILE | --write FILE]\n", stderr);
    return 2;
  }
  return acrn::core::check_or_write(mode, argv[2]);
}
