// SPDX-License-Identifier: BSD-3-Clause
#include "tests/interleaving/checked_memory.hpp"

namespace acrn::tests {

using core::SlotActor;
using core::SlotState;

namespace {

std::string text(std::uint64_t word) {
  return std::string{core::name(core::word_state(word))} + "/" +
         std::to_string(core::word_generation(word).value);
}

/// Whether some row lets one of `actors` go from one state to another.
bool has_row(SlotState from, SlotState to, std::initializer_list<SlotActor> actors) {
  for (core::SlotTransition const& row : core::slot_transitions) {
    if (row.from != from || row.to != to) continue;
    for (SlotActor const actor : actors) {
      if (row.actor == actor) return true;
    }
  }
  return false;
}

}  // namespace

std::uint32_t CheckedMemory::load32(std::size_t offset) {
  payload_step();
  return memory().load32(offset);
}

std::uint64_t CheckedMemory::load64(std::size_t offset) {
  payload_step();
  return memory().load64(offset);
}

void CheckedMemory::store32(std::size_t offset, std::uint32_t value) {
  payload_step();
  check_payload_write(offset);
  memory().store32(offset, value);
}

void CheckedMemory::store64(std::size_t offset, std::uint64_t value) {
  payload_step();
  check_payload_write(offset);
  memory().store64(offset, value);
}

std::uint64_t CheckedMemory::load_word(std::size_t offset) {
  word_step();
  return memory().load_word(offset);
}

void CheckedMemory::store_word(std::size_t offset, std::uint64_t word) {
  word_step();
  check_move(memory().load_word(offset), word);
  memory().store_word(offset, word);
}

void CheckedMemory::store_state(std::size_t offset, std::uint32_t state) {
  word_step();  // a foreign HSM: it follows no rule that could be checked
  memory().store_state(offset, state);
}

bool CheckedMemory::exchange_word(std::size_t offset, std::uint64_t expected,
                                  std::uint64_t desired) {
  word_step();
  std::uint64_t const seen = memory().load_word(offset);
  if (seen == expected) check_move(seen, desired);
  return memory().exchange_word(offset, expected, desired);
}

void CheckedMemory::payload_step() {
  if (page_->grain == Grain::every_access) page_->execution->step();
}

void CheckedMemory::word_step() { page_->execution->step(); }

void CheckedMemory::check_payload_write(std::size_t offset) {
  std::size_t const base = offset / core::abi::ioreq_slot_size * core::abi::ioreq_slot_size;
  std::uint64_t const word = memory().load_word(base + core::abi::ioreq_offset::state);
  SlotState const state = core::word_state(word);
  // I4. The HSM may still write into a slot that a reset has just withdrawn from it: it is FREE,
  // and kept out of use until the HSM lets go. Into a request that came later it never writes.
  bool const allowed = end_ == End::hypervisor
                           ? state == SlotState::free
                           : state == SlotState::processing || state == SlotState::free;
  if (!allowed) {
    page_->wrongs.push_back("I4: payload written while " + text(word) + " by the " +
                            (end_ == End::hypervisor ? "hypervisor" : "Service VM"));
  }
}

void CheckedMemory::check_move(std::uint64_t from, std::uint64_t to) {
  SlotState const before = core::word_state(from);
  SlotState const after = core::word_state(to);
  bool const known = end_ == End::hypervisor
                         ? has_row(before, after, {SlotActor::hypervisor})
                         : has_row(before, after, {SlotActor::hsm, SlotActor::client});
  if (!known) page_->wrongs.push_back("I1/I2: no row for " + text(from) + " -> " + text(to));
  bool const same = core::word_generation(from) == core::word_generation(to);
  if (end_ == End::service_vm && !same) {
    page_->wrongs.push_back("the Service VM changed the generation: " + text(from) + " -> " +
                            text(to));
  }
}

}  // namespace acrn::tests
