// SPDX-License-Identifier: BSD-3-Clause
#include "sim/cli/explain_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <optional>

#include "sim/cli/exit_code.hpp"
#include "sim/cli/text_units.hpp"

namespace acrn::cli {
namespace {

constexpr std::string_view bytes_example = "8b 04 25 00 00 c0 fe";

std::optional<unsigned> digit_of(char character) {
  if (character >= '0' && character <= '9') return static_cast<unsigned>(character - '0');
  if (character >= 'a' && character <= 'f') return static_cast<unsigned>(character - 'a' + 10);
  if (character >= 'A' && character <= 'F') return static_cast<unsigned>(character - 'A' + 10);
  return std::nullopt;
}

bool is_separator(char character) {
  return character == ' ' || character == ',' || character == '\t' || character == '\n';
}

/// As a message may show it: a control character or half a letter would spoil the line.
std::string shown(char character) {
  bool const plain = character >= ' ' && character <= '~';
  return plain ? fmt::format("'{}'", character)
               : fmt::format("the byte {:#04x}", static_cast<unsigned char>(character));
}

std::string shown(std::string_view text) {
  std::string plain;
  for (char const character : text) {
    plain += character >= ' ' && character <= '~' ? character : '?';
  }
  return plain;
}

[[noreturn]] void refuse_bytes(std::string_view text, std::size_t position, std::string_view why) {
  throw UsageError(fmt::format("bytes '{}': position {}: {}; for example: \"{}\"", shown(text),
                               position, why, bytes_example));
}

/// Steps to make `a` of `b`: a letter replaced, put in, or left out.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t const replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

bool is_number_text(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

std::uint64_t number_argument(std::string_view argument, std::string_view text,
                              std::string_view example) {
  if (auto const value = parse_number(text)) return *value;
  auto const refuse = [&](std::string const& why) {
    throw UsageError(
        fmt::format("{} '{}': {}; for example: {}", argument, shown(text), why, example));
  };
  bool const hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  std::size_t const first = hexadecimal ? 2 : 0;
  for (std::size_t i = first; i < text.size(); ++i) {
    auto const digit = digit_of(text[i]);
    if (digit && (hexadecimal || *digit < 10)) continue;
    std::string_view const remedy = digit ? " (hexadecimal numbers begin with 0x)" : "";
    refuse(fmt::format("position {}: {} is not a {} digit{}", i, shown(text[i]),
                       hexadecimal ? "hexadecimal" : "decimal", remedy));
  }
  if (text.size() == first) refuse(fmt::format("position {}: a digit is missing", first));
  refuse(fmt::format("above the largest, {:#x}", std::numeric_limits<std::uint64_t>::max()));
  return 0;
}

namespace {

/// The byte of the two digits at `i`.
std::uint8_t byte_at(std::string_view text, std::size_t i) {
  auto const digit = [text](std::size_t at) {
    auto const value = digit_of(text[at]);
    if (!value) refuse_bytes(text, at, shown(text[at]) + " is not a hexadecimal digit");
    return *value;
  };
  auto const high = digit(i);
  if (i + 1 == text.size() || is_separator(text[i + 1])) {
    refuse_bytes(text, i, shown(text[i]) + " has no second digit; give two for each byte");
  }
  return static_cast<std::uint8_t>(high << 4U | digit(i + 1));
}

}  // namespace

std::vector<std::uint8_t> bytes_argument(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < text.size();) {
    bool const begins_group = i == 0 || is_separator(text[i - 1]);
    if (is_separator(text[i])) {
      ++i;
    } else if (begins_group && (text.substr(i, 2) == "0x" || text.substr(i, 2) == "0X")) {
      i += 2;
      if (i == text.size() || is_separator(text[i])) {
        refuse_bytes(text, i, "digits are missing behind 0x; give two for each byte");
      }
    } else {
      bytes.push_back(byte_at(text, i));
      i += 2;
    }
  }
  if (bytes.empty()) refuse_bytes(text, 0, "there is no byte; give two digits for each");
  return bytes;
}

std::vector<std::string> nearest_names(std::string_view text,
                                       std::vector<std::string> const& names) {
  std::string const wanted = capitals(text);
  std::size_t best = std::numeric_limits<std::size_t>::max();
  std::vector<std::string> nearest;
  for (std::string const& name : names) {
    std::size_t const distance = edit_distance(wanted, capitals(name));
    if (distance > best || distance > std::max(wanted.size(), name.size()) / 2) continue;
    if (distance < best) nearest.clear();
    best = distance;
    nearest.push_back(name);
  }
  return nearest;
}

std::string capitals(std::string_view text) {
  std::string upper{text};
  for (char& character : upper) {
    if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 'a' + 'A');
  }
  return upper;
}

std::string set_bits_text(std::uint64_t value) {
  std::vector<std::string> runs;
  unsigned bit = 0;
  while (bit < 64 && value >> bit != 0) {
    bit += static_cast<unsigned>(std::countr_zero(value >> bit));
    auto const count = static_cast<unsigned>(std::countr_one(value >> bit));
    runs.push_back(count == 1 ? fmt::format("{}", bit)
                              : fmt::format("{}-{}", bit, bit + count - 1));
    bit += count;
  }
  return fmt::format("bit{} {}", std::popcount(value) == 1 ? "" : "s", fmt::join(runs, ", "));
}

}  // namespace acrn::cli
