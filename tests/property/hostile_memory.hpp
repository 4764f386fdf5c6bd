// SPDX-License-Identifier: BSD-3-Clause
// A page whose other owner changes bytes between any two accesses, and that watches the accesses.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "core/ioreq/memory.hpp"
#include "core/ioreq/slot_word.hpp"

namespace acrn::tests {

/// How often and what the hostile side writes.
struct Hostility {
  std::uint32_t one_in{4};      ///< an attack before one of so many accesses
  bool plausible_states{true};  ///< state words that look right, not only flipped bytes
};

/// The page, the attacker, and what the attacked end was seen to do. One slot is under test; no
/// access may leave it.
struct HostilePage {
  HostilePage(std::uint64_t seed, core::VcpuId slot, Hostility how)
      : random{seed}, first{core::slot_offset(slot)}, hostility{how} {}

  void attack() {
    if (!armed || random() % hostility.one_in != 0) return;
    core::AtomicMemory memory{storage};
    if (hostility.plausible_states && random() % 2 == 0) {
      memory.store_state(first + core::abi::ioreq_offset::state,
                         static_cast<std::uint32_t>(random() % 6));
      return;
    }
    auto& byte = storage.bytes[first + random() % core::abi::ioreq_slot_size];
    byte ^= static_cast<std::byte>(1U << random() % 8);
  }

  /// Before every access of the attacked end.
  void watch(std::size_t offset, std::size_t size) {
    EXPECT_GE(offset, first);
    EXPECT_LE(offset + size, first + core::abi::ioreq_slot_size);
    EXPECT_EQ(offset % size, 0U);
    ++accesses;
    attack();
  }

  core::PageStorage storage;
  std::mt19937_64 random;
  std::size_t first;
  Hostility hostility;
  bool armed{true};
  std::size_t accesses{};
  std::vector<std::uint64_t> values_read;  ///< loads of the value field, in order
};

/// The attacked end's handle: tells `Page`, which has watch(), storage and values_read, of every
/// access before it happens.
template <class Page>
class WatchedMemory {
 public:
  explicit WatchedMemory(Page& page) : page_{&page} {}

  std::uint32_t load32(std::size_t offset) {
    page_->watch(offset, 4);
    return noted(offset, memory().load32(offset));
  }
  std::uint64_t load64(std::size_t offset) {
    page_->watch(offset, 8);
    return noted(offset, memory().load64(offset));
  }
  void store32(std::size_t offset, std::uint32_t value) {
    page_->watch(offset, 4);
    memory().store32(offset, value);
  }
  void store64(std::size_t offset, std::uint64_t value) {
    page_->watch(offset, 8);
    memory().store64(offset, value);
  }
  std::uint64_t load_word(std::size_t offset) {
    page_->watch(offset, 8);
    return memory().load_word(offset);
  }
  void store_word(std::size_t offset, std::uint64_t word) {
    page_->watch(offset, 8);
    memory().store_word(offset, word);
  }
  void store_state(std::size_t offset, std::uint32_t state) {
    page_->watch(offset, 4);
    memory().store_state(offset, state);
  }
  bool exchange_word(std::size_t offset, std::uint64_t expected, std::uint64_t desired) {
    page_->watch(offset, 8);
    return memory().exchange_word(offset, expected, desired);
  }

 private:
  [[nodiscard]] core::AtomicMemory memory() const { return core::AtomicMemory{page_->storage}; }
  template <class Integer>
  Integer noted(std::size_t offset, Integer value) {
    if (offset % core::abi::ioreq_slot_size == core::abi::ioreq_offset::value) {
      page_->values_read.push_back(value);
    }
    return value;
  }

  Page* page_;
};

using HostileMemory = WatchedMemory<HostilePage>;
static_assert(core::Memory<HostileMemory>);

}  // namespace acrn::tests
