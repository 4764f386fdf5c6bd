// SPDX-License-Identifier: BSD-3-Clause
// The hypervisor's end of the asynchronous ring: puts elements in, and trusts nothing it finds.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/asyncio/ring_layout.hpp"
#include "core/asyncio/ring_sink.hpp"
#include "core/expected.hpp"
#include "core/ioreq/memory.hpp"

namespace acrn::core {

/// Writes 8-byte elements into a ring of one page that the Service VM shares. The shape and the
/// tail are this end's own copies from attach() on; at each push the page's are read once and must
/// still say the same. From the page it takes the head alone, and only one that lies on an element.
/// A page that says anything else breaks the ring for good: nothing is written any more until a
/// ring is attached anew, and who pushes must find another way. One actor at a time, as the VM's
/// turn grants it.
template <Memory M>
class RingProducer {
 public:
  /// `memory`'s page outlives the producer. Until attach() every push answers Push::broken.
  explicit RingProducer(M memory) noexcept : memory_{memory} {}

  /// Takes over the ring in the page as it is now, with what it holds. Errors: all; the producer is
  /// broken then.
  Expected<Unit, RingError> attach() noexcept {
    broken_ = true;
    header_ = load_ring_header(memory_);
    auto const sound = check_ring(header_, abi::asyncio_element_size, abi::asyncio_ring_size);
    if (!sound) return sound;
    WordHalves const positions = halves(memory_.load_word(abi::sbuf_offset::head));
    if (!is_ring_position(header_, positions.low) || !is_ring_position(header_, positions.high)) {
      return Unexpected{RingError::position};
    }
    tail_ = positions.high;
    broken_ = false;
    return Unit{};
  }

  /// Puts one element in, unless there is no room or the ring is broken.
  Push push(std::uint64_t element) noexcept {
    if (broken_) return Push::broken;
    // Pairs with RingConsumer::pop, which has read the element that is overwritten here.
    WordHalves const positions = halves(memory_.load_word(abi::sbuf_offset::head));
    if (load_ring_header(memory_) != header_ || positions.high != tail_ ||
        !is_ring_position(header_, positions.low)) {
      broken_ = true;
      return Push::broken;
    }
    std::uint32_t const next = next_ring_position(header_, tail_);
    if (next == positions.low) return Push::full;
    memory_.store64(abi::sbuf_offset::elements + tail_, element);
    tail_ = next;
    memory_.store_state(abi::sbuf_offset::tail, tail_);  // pairs with RingConsumer::pop
    return Push::queued;
  }

  [[nodiscard]] bool is_broken() const noexcept { return broken_; }

  /// This producer for a router that knows no page. Refers to the producer, which stays where it
  /// is.
  [[nodiscard]] RingSink sink() noexcept {
    return {.push =
                [](void* self, std::uint64_t element) noexcept {
                  return static_cast<RingProducer*>(self)->push(element);
                },
            .context = this};
  }

 private:
  M memory_;
  RingHeader header_{};
  std::uint32_t tail_{};
  bool broken_{true};
};

}  // namespace acrn::core
