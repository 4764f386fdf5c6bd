// SPDX-License-Identifier: BSD-3-Clause
// The service module's end of the asynchronous ring: sets it up, and takes elements out.
#pragma once

#include <cstdint>
#include <optional>

#include "core/asyncio/ring_layout.hpp"
#include "core/expected.hpp"
#include "core/ioreq/memory.hpp"

namespace acrn::core {

/// Reads the elements of a ring of one page. User space can write the page too, so the tail is
/// believed only where it lies on an element; elements are opaque here and looked up, never
/// followed, by their reader. One thread at a time.
template <Memory M>
class RingConsumer {
 public:
  /// Writes an empty ring of as many elements as the page takes; `memory`'s page outlives the
  /// consumer. The magic number comes last: before it there is no ring to attach to.
  static RingConsumer create(M memory) noexcept {
    memory.store64(abi::sbuf_offset::magic, 0);
    constexpr RingHeader header{.magic = abi::sbuf_magic,
                                .element_count = abi::asyncio_element_count,
                                .element_size = abi::asyncio_element_size,
                                .size = abi::asyncio_element_count * abi::asyncio_element_size};
    memory.store32(abi::sbuf_offset::element_count, header.element_count);
    memory.store32(abi::sbuf_offset::element_size, header.element_size);
    memory.store64(abi::sbuf_offset::head, 0);
    memory.store64(abi::sbuf_offset::flags, 0);
    memory.store32(abi::sbuf_offset::overrun_count, 0);
    memory.store32(abi::sbuf_offset::size, header.size);
    memory.store_word(abi::sbuf_offset::magic, header.magic);
    return RingConsumer{memory, header};
  }

  /// The oldest element, or nothing: the ring is empty, or its tail is none.
  std::optional<std::uint64_t> pop() noexcept {
    std::uint32_t const tail =
        halves(memory_.load_word(abi::sbuf_offset::head)).high;  // pairs with RingProducer::push
    if (!is_ring_position(header_, tail)) {
      ++bad_tails_;
      return std::nullopt;
    }
    if (tail == head_) return std::nullopt;
    std::uint64_t const element = memory_.load64(abi::sbuf_offset::elements + head_);
    head_ = next_ring_position(header_, head_);
    memory_.store_state(abi::sbuf_offset::head, head_);  // pairs with RingProducer::push
    return element;
  }

  /// How often the tail was none of the ring.
  [[nodiscard]] std::uint64_t bad_tails() const noexcept { return bad_tails_; }

 private:
  RingConsumer(M memory, RingHeader const& header) noexcept : memory_{memory}, header_{header} {}

  M memory_;
  RingHeader header_;
  std::uint32_t head_{};
  std::uint64_t bad_tails_{};
};

}  // namespace acrn::core
