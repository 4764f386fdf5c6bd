// SPDX-License-Identifier: BSD-3-Clause
// Guest RAM for tests: a block of bytes at a guest-physical address, with nothing around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <vector>

#include "core/types.hpp"

namespace acrn::tests {

/// A core::GuestMemory. RAM is from `base` for `size` bytes.
class GuestRam {
 public:
  explicit GuestRam(std::size_t size, std::uint64_t base = 0) : base_{base}, bytes_(size) {}

  bool read(core::Gpa gpa, std::span<std::uint8_t> out) noexcept {
    if (!has(gpa, out.size())) return false;
    std::memcpy(out.data(), at(gpa), out.size());
    return true;
  }
  bool write(core::Gpa gpa, std::span<std::uint8_t const> in) noexcept {
    if (!has(gpa, in.size())) return false;
    std::memcpy(at(gpa), in.data(), in.size());
    return true;
  }
  bool compare_exchange(core::Gpa gpa, std::uint8_t size, std::uint64_t expected,
                        std::uint64_t desired) {
    if (!has(gpa, size) || load(gpa, size) != expected) return false;
    store(gpa, size, desired);
    return true;
  }

  /// `size` bytes, little endian. Throws where the range is not RAM.
  [[nodiscard]] std::uint64_t load(core::Gpa gpa, std::size_t size) const {
    demand(gpa, size);
    std::uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + (gpa.value - base_), size);
    return value;
  }
  void store(core::Gpa gpa, std::size_t size, std::uint64_t value) {
    demand(gpa, size);
    std::memcpy(at(gpa), &value, size);
  }
  /// All of it, from the lowest address.
  [[nodiscard]] std::span<std::uint8_t> bytes() noexcept { return bytes_; }

 private:
  [[nodiscard]] bool has(core::Gpa gpa, std::size_t size) const noexcept {
    return gpa.value >= base_ && gpa.value - base_ <= bytes_.size() &&
           size <= bytes_.size() - (gpa.value - base_);
  }
  void demand(core::Gpa gpa, std::size_t size) const {
    if (!has(gpa, size)) throw std::out_of_range("the test's address is outside its RAM");
  }
  [[nodiscard]] std::uint8_t* at(core::Gpa gpa) noexcept {
    return bytes_.data() + (gpa.value - base_);
  }

  std::uint64_t base_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace acrn::tests
