// SPDX-License-Identifier: BSD-3-Clause
// A page under exploration: every access is a step, and every write is checked against the rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/ioreq/memory.hpp"
#include "core/ioreq/slot_word.hpp"
#include "core/ioreq/transitions.hpp"
#include "tests/interleaving/explorer.hpp"

namespace acrn::tests {

/// Where an actor gives way to others.
enum class Grain : std::uint8_t {
  every_access,  ///< before each access to the page
  words_only,    ///< before each access to a slot word; payload goes with what precedes it
};

/// One page, shared by the handles of all actors, and what was wrong with the writes to it.
struct CheckedPage {
  CheckedPage(Execution& its_execution, Grain its_grain)
      : execution{&its_execution}, grain{its_grain} {}

  core::PageStorage storage;
  Execution* execution;
  Grain grain;
  std::vector<std::string> wrongs;
};

/// A handle of one end of the slots.
class CheckedMemory {
 public:
  enum class End : std::uint8_t { hypervisor, service_vm };

  CheckedMemory(CheckedPage& page, End end) : page_{&page}, end_{end} {}

  std::uint32_t load32(std::size_t offset);
  std::uint64_t load64(std::size_t offset);
  void store32(std::size_t offset, std::uint32_t value);
  void store64(std::size_t offset, std::uint64_t value);
  std::uint64_t load_word(std::size_t offset);
  void store_word(std::size_t offset, std::uint64_t word);
  void store_state(std::size_t offset, std::uint32_t state);
  bool exchange_word(std::size_t offset, std::uint64_t expected, std::uint64_t desired);

 private:
  void payload_step();
  void word_step();
  void check_payload_write(std::size_t offset);
  void check_move(std::uint64_t from, std::uint64_t to);
  [[nodiscard]] core::AtomicMemory memory() const { return core::AtomicMemory{page_->storage}; }

  CheckedPage* page_;
  End end_;
};

static_assert(core::Memory<CheckedMemory>);

}  // namespace acrn::tests
