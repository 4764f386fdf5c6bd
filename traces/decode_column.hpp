// SPDX-License-Identifier: BSD-3-Clause
// Decodes one packed column of accesses: all of its values, or the one that stands for all.
// Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "traces/malformed.hpp"
#include "traces/packed_column.hpp"

namespace acrn::traces {

[[noreturn]] inline void wrong_access(char const* column, char const* what) {
  throw Malformed(std::string{"found the access column '"} + column + "' " + what);
}

/// The first varint of a column and whether it is the only one.
struct First {
  std::uint64_t value{};
  bool alone{};
};

inline First first_of(std::span<std::byte const> column, char const* name) {
  First first;
  std::byte const* const end = column.data() + column.size();
  std::byte const* const at = get_varint(column.data(), end, first.value);
  if (at == nullptr) wrong_access(name, "cut inside a number");
  first.alone = at == end;
  return first;
}

/// Decodes a column of `rows` values, or one; `convert` maps a coded value to what is stored and
/// may keep a running sum.
template <class T, class Convert>
void decode_plain(std::span<std::byte const> column, std::size_t rows, char const* name,
                  std::vector<T>& out, Convert convert) {
  if (column.empty()) return out.clear();
  First const first = first_of(column, name);
  out.resize(first.alone ? 1 : rows);
  T* const data = out.data();
  bool const exact = decode_packed(column, out.size(), [&](std::size_t i, std::uint64_t coded) {
    data[i] = static_cast<T>(convert(coded));
  });
  if (!exact) wrong_access(name, "with neither one nor all of its values");
}

}  // namespace acrn::traces
