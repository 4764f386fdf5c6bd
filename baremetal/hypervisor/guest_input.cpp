// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/hypervisor/guest_input.hpp"

namespace acrn::baremetal {

bool GuestInput::ring_has_room() const noexcept {
  std::uint32_t const taken = __atomic_load_n(&ring_->taken, __ATOMIC_ACQUIRE);
  return ring_->written - taken < service_vm::ByteRing::size;
}

bool GuestInput::fill_ring() noexcept {
  using service_vm::ByteRing;
  std::uint32_t const before = ring_->written;  // nobody else writes it
  std::uint32_t const taken = __atomic_load_n(&ring_->taken, __ATOMIC_ACQUIRE);
  std::uint32_t written = before;
  while (is_ready() && written - taken < ByteRing::size) {
    ring_->bytes[written % ByteRing::size] = take();
    ++written;
  }
  __atomic_store_n(&ring_->written, written, __ATOMIC_RELEASE);
  return written != before;
}

void GuestInput::saw(std::uint8_t byte) noexcept {
  if (prompt_.empty()) return;
  auto const next = static_cast<char>(byte);
  // The longest start of the prompt that the text now ends with; it is one byte longer than one
  // that it ended with before.
  for (std::size_t size = seen_ + 1; size != 0; --size) {
    bool const ends = prompt_[size - 1] == next;
    bool const overlaps = prompt_.substr(0, size - 1) == prompt_.substr(seen_ + 1 - size, size - 1);
    if (ends && overlaps) {
      seen_ = size;
      if (size == prompt_.size()) prompt_ = {};
      return;
    }
  }
  seen_ = 0;
}

}  // namespace acrn::baremetal
