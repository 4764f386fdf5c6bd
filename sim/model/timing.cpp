// SPDX-License-Identifier: BSD-3-Clause
// Reads a timing file; every way it can be wrong gets one line with place, expectation and remedy.
#include "sim/model/timing.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "traces/error.hpp"

namespace acrn::model {
namespace {

constexpr std::array<std::string_view, stage_total> stage_names{
    "exit",        "turn",    "emulate",  "submit", "upcall", "worker_wake", "dispatch",
    "client_wake", "service", "complete", "notify", "resume", "entry"};

/// Larger files are no timing files; nothing of them is parsed.
constexpr std::size_t file_bytes_max = std::size_t{1} << 20U;

/// Walks one parsed file and turns what it finds wrong into a ContentError with the place.
class Loader {
 public:
  explicit Loader(std::string_view file) : file_{file} {}

  [[nodiscard]] Timing load(toml::table const& root) const {
    only(root, "", {"name", "completion", "stages"});
    Timing timing;
    timing.name = text(root, "", "name", "a short name of the machine");
    load_completion(table(root, "", "completion"), timing);
    toml::table const& stages = table(root, "", "stages");
    only(stages, "stages.", {stage_names.begin(), stage_names.end()});
    for (std::size_t i = 0; i < stage_total; ++i) {
      timing.costs[i] = load_cost(stages, stage_names[i]);
    }
    return timing;
  }

  [[noreturn]] void fail(toml::source_region const& where, std::string_view what) const {
    throw traces::ContentError{fmt::format("{}: line {}: {}", file_, where.begin.line, what)};
  }

 private:
  void load_completion(toml::table const& table, Timing& timing) const {
    only(table, "completion.", {"mode", "poll_interval_ns", "source"});
    std::string const mode = text(table, "completion.", "mode", "\"notification\" or \"polling\"");
    timing.completion_source =
        text(table, "completion.", "source", "where this comes from; \"assumption: ...\" is fine");
    toml::node const* const interval = table.get("poll_interval_ns");
    if (mode == name(Completion::polling)) {
      timing.completion = Completion::polling;
      timing.poll_interval_ns = number(table, "completion.", "poll_interval_ns");
      if (timing.poll_interval_ns == 0) {
        fail(interval->source(),
             "completion.poll_interval_ns is 0; polling needs 1 or more, the ns between two polls");
      }
    } else if (mode != name(Completion::notification)) {
      fail(table.get("mode")->source(),
           fmt::format("completion.mode is \"{}\"; write \"notification\" or \"polling\"", mode));
    } else if (interval != nullptr) {
      fail(interval->source(),
           "completion.poll_interval_ns is for mode \"polling\" only; remove it or change mode");
    }
  }

  [[nodiscard]] Cost load_cost(toml::table const& stages, std::string_view stage) const {
    toml::table const& cost = table(stages, "stages.", stage);
    std::string const prefix = fmt::format("stages.{}.", stage);
    only(cost, prefix, {"ns", "source"});
    return {.ns = number(cost, prefix, "ns"),
            .source = text(cost, prefix, "source",
                           "where the figure comes from; \"assumption: ...\" is fine")};
  }

  /// Refuses keys that are not known here: a misspelt figure must not silently keep its default.
  void only(toml::table const& table, std::string_view prefix,
            std::vector<std::string_view> const& known) const {
    for (auto const& [key, node] : table) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
        fail(key.source(), fmt::format("unknown key {}{}; expected one of: {}", prefix, key.str(),
                                       fmt::join(known, ", ")));
      }
    }
  }

  [[nodiscard]] toml::node const& get(toml::table const& in, std::string_view prefix,
                                      std::string_view key, std::string_view expected) const {
    toml::node const* const node = in.get(key);
    if (node == nullptr) {
      fail(in.source(), fmt::format("{}{} is missing; add it: {}", prefix, key, expected));
    }
    return *node;
  }

  [[nodiscard]] toml::table const& table(toml::table const& in, std::string_view prefix,
                                         std::string_view key) const {
    toml::node const& node = get(in, prefix, key, fmt::format("a table [{}{}]", prefix, key));
    if (!node.is_table()) {
      fail(node.source(), fmt::format("{}{} is {}; expected a table [{}{}]", prefix, key,
                                      type_name(node), prefix, key));
    }
    return *node.as_table();
  }

  [[nodiscard]] std::string text(toml::table const& in, std::string_view prefix,
                                 std::string_view key, std::string_view expected) const {
    toml::node const& node = get(in, prefix, key, expected);
    if (!node.is_string() || node.as_string()->get().empty()) {
      fail(node.source(), fmt::format("{}{} is {}; expected text in quotes: {}", prefix, key,
                                      node.is_string() ? "empty" : type_name(node), expected));
    }
    return node.as_string()->get();
  }

  [[nodiscard]] std::uint64_t number(toml::table const& in, std::string_view prefix,
                                     std::string_view key) const {
    std::string const expected = fmt::format("whole nanoseconds, 0 to {}", cost_ns_max);
    toml::node const& node = get(in, prefix, key, expected);
    if (!node.is_integer()) {
      fail(node.source(),
           fmt::format("{}{} is {}; expected {}", prefix, key, type_name(node), expected));
    }
    std::int64_t const value = node.as_integer()->get();
    if (value < 0 || static_cast<std::uint64_t>(value) > cost_ns_max) {
      fail(node.source(), fmt::format("{}{} is {}; expected {}", prefix, key, value, expected));
    }
    return static_cast<std::uint64_t>(value);
  }

  static std::string_view type_name(toml::node const& node) {
    switch (node.type()) {
      case toml::node_type::table:
        return "a table";
      case toml::node_type::array:
        return "an array";
      case toml::node_type::string:
        return "text";
      case toml::node_type::integer:
        return "a whole number";
      case toml::node_type::floating_point:
        return "a number with a fraction";
      case toml::node_type::boolean:
        return "true or false";
      default:
        return "a date or time";
    }
  }

  std::string_view file_;
};

}  // namespace

std::string_view stage_name(Stage stage) {
  auto const index = static_cast<std::size_t>(stage);
  return index < stage_total ? stage_names[index] : "?";
}

std::string_view name(Completion completion) {
  return completion == Completion::polling ? "polling" : "notification";
}

Timing Timing::defaults() { return parse(default_timing_text(), "built-in default.toml"); }

Timing Timing::load(std::string const& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) {
    throw traces::EnvironmentError{
        fmt::format("{}: cannot open: {}; give the path of a timing file", path,
                    std::generic_category().message(errno))};
  }
  std::string text(file_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) {
    throw traces::EnvironmentError{fmt::format("{}: cannot read; is it a file?", path)};
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > file_bytes_max) {
    throw traces::ContentError{
        fmt::format("{}: larger than 1 MiB; expected a timing file in TOML, see "
                    "`acrntb replay --print-timing`",
                    path)};
  }
  return parse(text, path);
}

Timing Timing::parse(std::string_view text, std::string_view file) {
  try {
    return Loader{file}.load(toml::parse(text, file));
  } catch (toml::parse_error const& error) {
    throw traces::ContentError{fmt::format(
        "{}: line {}: not TOML: {}; see `acrntb replay --print-timing` for a valid file", file,
        error.source().begin.line, error.description())};
  }
}

}  // namespace acrn::model
