// SPDX-License-Identifier: BSD-3-Clause
// The service VM's memory as hypercalls reach it: whole structures, copied once, never past the
// top.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include "core/exit.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// Refers to a GuestMemory, which outlives it. Answers false where any byte is not RAM.
class GuestRam {
 public:
  template <GuestMemory Memory>
  explicit GuestRam(Memory& memory) noexcept
      : memory_{&memory},
        read_{[](void* self, Gpa gpa, std::span<std::uint8_t> out) {
          return static_cast<Memory*>(self)->read(gpa, out);
        }},
        write_{[](void* self, Gpa gpa, std::span<std::uint8_t const> in) {
          return static_cast<Memory*>(self)->write(gpa, in);
        }} {}

  /// Copies a structure in; `out` is untouched on failure.
  template <class T>
  [[nodiscard]] bool load(std::uint64_t gpa, T& out) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::array<std::uint8_t, sizeof(T)> bytes{};
    if (!fits(gpa, sizeof(T)) || !read_(memory_, {gpa}, bytes)) return false;
    out = std::bit_cast<T>(bytes);
    return true;
  }

  template <class T>
  [[nodiscard]] bool store(std::uint64_t gpa, T const& value) const {
    static_assert(std::is_trivially_copyable_v<T>);
    auto const bytes = std::bit_cast<std::array<std::uint8_t, sizeof(T)>>(value);
    return fits(gpa, sizeof(T)) && write_(memory_, {gpa}, bytes);
  }

  /// Whether the first and the last 8 bytes of a range of at least 8 bytes are RAM.
  [[nodiscard]] bool has(std::uint64_t gpa, std::uint64_t size) const {
    std::uint64_t word = 0;
    return fits(gpa, size) && load(gpa, word) && load(gpa + (size - sizeof word), word);
  }

 private:
  static constexpr bool fits(std::uint64_t gpa, std::uint64_t size) noexcept {
    return size - 1 <= std::numeric_limits<std::uint64_t>::max() - gpa;
  }

  void* memory_;
  bool (*read_)(void*, Gpa, std::span<std::uint8_t>);
  bool (*write_)(void*, Gpa, std::span<std::uint8_t const>);
};

}  // namespace acrn::core
