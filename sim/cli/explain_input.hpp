// SPDX-License-Identifier: BSD-3-Clause
// What `acrntb explain` is given: numbers, bytes and names, and what a wrong one was meant to be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace acrn::cli {

/// Whether the text is meant as a number: it begins with a digit.
bool is_number_text(std::string_view text);

/// A decimal number, or hexadecimal after 0x. Throws UsageError naming the argument, the position
/// and what is wrong there; `example` is how it is written.
std::uint64_t number_argument(std::string_view argument, std::string_view text,
                              std::string_view example);

/// Bytes as pairs of hexadecimal digits, with blanks, commas or nothing between them, and 0x before
/// any group of them. Throws UsageError naming the position, counted from 0.
std::vector<std::uint8_t> bytes_argument(std::string_view text);

/// The names of the list that are most like `text`, upper and lower case being alike; none if
/// fewer than half of the letters fit.
std::vector<std::string> nearest_names(std::string_view text,
                                       std::vector<std::string> const& names);

/// In capitals, for names that are compared.
std::string capitals(std::string_view text);

/// "bit 3", "bits 3, 7-12": the bits that are set, of which there are some.
std::string set_bits_text(std::uint64_t value);

}  // namespace acrn::cli
