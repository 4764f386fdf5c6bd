// SPDX-License-Identifier: BSD-3-Clause
// The seam between the slot protocol and the memory of the shared page.
#pragma once

#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include "core/abi/ioreq.hpp"

namespace acrn::core {

/// A handle to one shared page, copied freely, and what the slot ends may do to it; `offset` is in
/// bytes from its start, aligned to the access. Payload accesses are relaxed; what orders them is
/// the slot word (state and generation, 64 bits at abi::ioreq_offset::state): `load_word` acquires,
/// `store_word` and `store_state` release, `exchange_word` does both. `exchange_word` stores
/// `desired` and answers true only where the word equals `expected`. `store_state` writes the low
/// half alone, as an HSM does that knows no generations.
template <class T>
concept Memory = std::copyable<T> &&
    requires(T& memory, std::size_t offset, std::uint32_t half, std::uint64_t whole) {
  { memory.load32(offset) } -> std::same_as<std::uint32_t>;
  { memory.load64(offset) } -> std::same_as<std::uint64_t>;
  { memory.store32(offset, half) } -> std::same_as<void>;
  { memory.store64(offset, whole) } -> std::same_as<void>;
  { memory.load_word(offset) } -> std::same_as<std::uint64_t>;
  { memory.store_word(offset, whole) } -> std::same_as<void>;
  { memory.store_state(offset, half) } -> std::same_as<void>;
  { memory.exchange_word(offset, whole, whole) } -> std::same_as<bool>;
};

/// Storage of one page for hosts that have no guest memory to put it in.
struct alignas(abi::ioreq_page_size) PageStorage {
  std::array<std::byte, abi::ioreq_page_size> bytes{};
};

/// The product's Memory: std::atomic_ref on the page, which outlives the handle. Callers keep
/// offsets inside the page: both slot ends do so by construction. Always inlined: a call would cost
/// more than the one instruction that each of them is.
class AtomicMemory {
 public:
  /// Of no page: another handle is assigned before it is used.
  AtomicMemory() noexcept = default;
  explicit AtomicMemory(PageStorage& page) noexcept : base_{page.bytes.data()} {}

  /// The same memory, seen from `offset` on.
  [[nodiscard]] AtomicMemory window(std::size_t offset) const noexcept {
    AtomicMemory part{*this};
    part.base_ += offset;
    return part;
  }

  [[nodiscard, gnu::always_inline]] std::uint32_t load32(std::size_t offset) const noexcept {
    return at<std::uint32_t>(offset).load(std::memory_order_relaxed);
  }
  [[nodiscard, gnu::always_inline]] std::uint64_t load64(std::size_t offset) const noexcept {
    return at<std::uint64_t>(offset).load(std::memory_order_relaxed);
  }
  [[gnu::always_inline]] void store32(std::size_t offset, std::uint32_t value) noexcept {
    at<std::uint32_t>(offset).store(value, std::memory_order_relaxed);
  }
  [[gnu::always_inline]] void store64(std::size_t offset, std::uint64_t value) noexcept {
    at<std::uint64_t>(offset).store(value, std::memory_order_relaxed);
  }
  /// Pairs with store_word, store_state and exchange_word of the other end.
  [[nodiscard, gnu::always_inline]] std::uint64_t load_word(std::size_t offset) const noexcept {
    return at<std::uint64_t>(offset).load(std::memory_order_acquire);
  }
  /// Pairs with load_word and exchange_word of the other end.
  [[gnu::always_inline]] void store_word(std::size_t offset, std::uint64_t word) noexcept {
    at<std::uint64_t>(offset).store(word, std::memory_order_release);
  }
  /// Pairs with load_word of the hypervisor's end.
  [[gnu::always_inline]] void store_state(std::size_t offset, std::uint32_t state) noexcept {
    at<std::uint32_t>(offset).store(state, std::memory_order_release);
  }
  /// Pairs with load_word, store_word and exchange_word of the other end.
  [[nodiscard, gnu::always_inline]] bool exchange_word(std::size_t offset, std::uint64_t expected,
                                                       std::uint64_t desired) noexcept {
    return at<std::uint64_t>(offset).compare_exchange_strong(
        expected, desired, std::memory_order_acq_rel, std::memory_order_acquire);
  }

 private:
  static_assert(std::atomic_ref<std::uint32_t>::is_always_lock_free);
  static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free);

  template <class Integer>
  [[nodiscard]] std::atomic_ref<Integer> at(std::size_t offset) const noexcept {
    // The page is aligned and so is every offset; saying so spares the library's check of it.
    void* const place = __builtin_assume_aligned(base_ + offset, sizeof(Integer));
    return std::atomic_ref<Integer>{*static_cast<Integer*>(place)};
  }

  std::byte* base_{};
};

static_assert(Memory<AtomicMemory>);

}  // namespace acrn::core
