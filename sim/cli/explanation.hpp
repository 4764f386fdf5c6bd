// SPDX-License-Identifier: BSD-3-Clause
// What `acrntb explain` answers: facts, tables and sources, printed as text or as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace acrn::cli {

/// One value in its two forms.
struct Value {
  nlohmann::ordered_json json;
  std::string text;
};

Value words(std::string_view text);
Value number(std::uint64_t value);  ///< decimal in the text
Value hex(std::uint64_t value);
/// "1 byte", "4 bytes". Its name ends in _bytes.
Value bytes(std::uint64_t count);

/// A named value. `name` is the JSON key; the text shows it with spaces.
struct Fact {
  std::string name;
  Value value;
};

/// A named table: in JSON an array of objects with the columns as keys.
struct Table {
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
};

/// Where a statement comes from.
struct Source {
  std::string document;  ///< "Intel SDM vol. 3C (Sep 2023)"
  std::string section;   ///< "table 28-5"
  std::string title;     ///< "Exit Qualification for I/O Instructions"
};

enum class Meaning : std::uint8_t { none, found };

/// The answer to one question. What has no meaning says in `nearest` what would have one.
struct Explanation {
  std::string subject{};  ///< "slot-state"
  std::string given{};    ///< as on the command line
  Meaning meaning{Meaning::found};
  std::string summary{};  ///< one line
  std::vector<Fact> facts{};
  std::vector<Table> tables{};
  std::vector<std::string> nearest{};
  std::vector<Source> sources{};
};

/// Lines and columns for people.
std::string explanation_text(Explanation const& explanation);
/// One object of schema acrntb.explain/1. Names of facts and tables are its keys.
nlohmann::ordered_json explanation_json(Explanation const& explanation);

}  // namespace acrn::cli
