// SPDX-License-Identifier: BSD-3-Clause
// A VM's RAM while it runs: what core may ask of guest memory, from address 0 on, in one piece.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/exit.hpp"
#include "core/types.hpp"

namespace acrn::baremetal {

/// core's GuestMemory over RAM that other CPUs write at the same time. Refers to the bytes. Every
/// byte is moved by itself or as part of an aligned word, never twice.
class VmMemory {
 public:
  explicit VmMemory(std::span<std::uint8_t> bytes) noexcept : bytes_{bytes} {}

  [[nodiscard]] bool read(core::Gpa gpa, std::span<std::uint8_t> out) const noexcept {
    if (!holds(gpa.value, out.size())) return false;
    std::uint8_t const* const from = bytes_.data() + gpa.value;
    if (is_word(gpa.value, out.size(), 8)) {
      std::uint64_t const word = load<std::uint64_t>(from);
      __builtin_memcpy(out.data(), &word, sizeof word);
    } else if (is_word(gpa.value, out.size(), 4)) {
      std::uint32_t const word = load<std::uint32_t>(from);
      __builtin_memcpy(out.data(), &word, sizeof word);
    } else {
      std::copy_n(from, out.size(), out.data());
    }
    return true;
  }

  [[nodiscard]] bool write(core::Gpa gpa, std::span<std::uint8_t const> in) const noexcept {
    if (!holds(gpa.value, in.size())) return false;
    std::copy_n(in.data(), in.size(), bytes_.data() + gpa.value);
    return true;
  }

  [[nodiscard]] bool compare_exchange(core::Gpa gpa, std::uint8_t size, std::uint64_t expected,
                                      std::uint64_t desired) const noexcept {
    if (!holds(gpa.value, size) || !is_word(gpa.value, size, size)) return false;
    std::uint8_t* const at = bytes_.data() + gpa.value;
    if (size == sizeof(std::uint64_t)) return exchange<std::uint64_t>(at, expected, desired);
    return size == sizeof(std::uint32_t) && exchange<std::uint32_t>(at, expected, desired);
  }

  [[nodiscard]] std::span<std::uint8_t> bytes() const noexcept { return bytes_; }

 private:
  [[nodiscard]] bool holds(std::uint64_t gpa, std::size_t size) const noexcept {
    return size <= bytes_.size() && gpa <= bytes_.size() - size;
  }
  static constexpr bool is_word(std::uint64_t gpa, std::size_t size, std::size_t word) noexcept {
    return size == word && gpa % word == 0;
  }
  template <class Word>
  static Word load(std::uint8_t const* from) noexcept {
    return __atomic_load_n(reinterpret_cast<Word const*>(from), __ATOMIC_RELAXED);
  }
  template <class Word>
  static bool exchange(std::uint8_t* at, std::uint64_t expected, std::uint64_t desired) noexcept {
    auto wanted = static_cast<Word>(expected);
    return std::atomic_ref<Word>{*reinterpret_cast<Word*>(at)}.compare_exchange_strong(
        wanted, static_cast<Word>(desired), std::memory_order_acq_rel, std::memory_order_acquire);
  }

  std::span<std::uint8_t> bytes_;
};

static_assert(core::GuestMemory<VmMemory const>);

}  // namespace acrn::baremetal
