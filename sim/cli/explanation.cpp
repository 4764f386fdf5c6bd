// SPDX-License-Identifier: BSD-3-Clause
#include "sim/cli/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace acrn::cli {
namespace {

constexpr std::size_t label_width_min = 14;

/// "operand_size_bytes" as people read it: "operand size".
std::string label(std::string_view name) {
  constexpr std::string_view unit = "_bytes";
  if (name.ends_with(unit)) name.remove_suffix(unit.size());
  std::string text{name};
  std::ranges::replace(text, '_', ' ');
  return text;
}

std::string source_text(Source const& source) {
  return source.document + (source.section.empty() ? "" : ", " + source.section) +
         (source.title.empty() ? "" : fmt::format(", \"{}\"", source.title));
}

std::size_t label_width(Explanation const& explanation) {
  std::size_t width = label_width_min;
  for (Fact const& fact : explanation.facts) width = std::max(width, label(fact.name).size());
  return width;
}

std::vector<std::size_t> column_widths(Table const& table) {
  std::vector<std::size_t> widths;
  for (std::string const& column : table.columns) widths.push_back(label(column).size());
  for (auto const& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].text.size());
    }
  }
  return widths;
}

/// One indented line of cells, without blanks at its end.
std::string line_of(std::vector<std::string> const& cells, std::vector<std::size_t> const& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    fmt::format_to(std::back_inserter(line), "  {:<{}}", cells[i], widths[i]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string table_text(Table const& table) {
  std::vector<std::size_t> const widths = column_widths(table);
  std::vector<std::string> cells;
  std::ranges::transform(table.columns, std::back_inserter(cells), label);
  std::string text = "\n" + label(table.name) + "\n" + line_of(cells, widths);
  for (auto const& row : table.rows) {
    cells.clear();
    std::ranges::transform(row, std::back_inserter(cells), &Value::text);
    text += line_of(cells, widths);
  }
  return text;
}

nlohmann::ordered_json table_json(Table const& table) {
  auto rows = nlohmann::ordered_json::array();
  for (auto const& row : table.rows) {
    auto object = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < row.size(); ++i) object[table.columns[i]] = row[i].json;
    rows.push_back(std::move(object));
  }
  return rows;
}

}  // namespace

Value words(std::string_view text) { return {.json = text, .text = std::string{text}}; }
Value number(std::uint64_t value) { return {.json = value, .text = fmt::format("{}", value)}; }
Value hex(std::uint64_t value) { return {.json = value, .text = fmt::format("{:#x}", value)}; }
Value bytes(std::uint64_t count) {
  return {.json = count, .text = fmt::format("{} byte{}", count, count == 1 ? "" : "s")};
}

std::string explanation_text(Explanation const& explanation) {
  std::size_t const width = label_width(explanation);
  std::string text =
      fmt::format("{} {}: {}\n", explanation.subject, explanation.given, explanation.summary);
  auto const line = [&](std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(text), "  {:<{}}  {}\n", name, width, value);
  };
  for (Fact const& fact : explanation.facts) line(label(fact.name), fact.value.text);
  for (std::string const& nearest : explanation.nearest) line("nearest", nearest);
  for (Table const& table : explanation.tables) text += table_text(table);
  if (!explanation.tables.empty()) text += "\n";
  for (Source const& source : explanation.sources) line("source", source_text(source));
  return text;
}

nlohmann::ordered_json explanation_json(Explanation const& explanation) {
  nlohmann::ordered_json json{{"schema", "acrntb.explain/1"},
                              {"subject", explanation.subject},
                              {"given", explanation.given},
                              {"has_meaning", explanation.meaning == Meaning::found},
                              {"summary", explanation.summary}};
  for (Fact const& fact : explanation.facts) json[fact.name] = fact.value.json;
  for (Table const& table : explanation.tables) json[table.name] = table_json(table);
  json["nearest"] = explanation.nearest;
  json["sources"] = nlohmann::ordered_json::array();
  for (Source const& source : explanation.sources) {
    json["sources"].push_back(
        {{"document", source.document}, {"section", source.section}, {"title", source.title}});
  }
  return json;
}

}  // namespace acrn::cli
