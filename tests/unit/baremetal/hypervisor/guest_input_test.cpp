// SPDX-License-Identifier: BSD-3-Clause
// What is typed comes in order, once, after the prompt, and no faster than the ring is emptied.
#include "baremetal/hypervisor/guest_input.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace acrn::baremetal {
namespace {

std::span<std::uint8_t const> bytes(std::string_view text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

std::string take_all(GuestInput& input) {
  std::string taken;
  while (input.is_ready()) taken += static_cast<char>(input.take());
  return taken;
}

TEST(GuestInput, NobodyTypes) {
  GuestInput input;
  EXPECT_FALSE(input.is_ready());
  EXPECT_FALSE(input.is_forwarded());
  input.saw(bytes("login:"));
  EXPECT_FALSE(input.is_ready());
}

TEST(GuestInput, TypesAtOnceWithoutAPrompt) {
  GuestInput input{bytes("root\n"), ""};
  EXPECT_EQ(take_all(input), "root\n");
  EXPECT_FALSE(input.is_ready());
}

TEST(GuestInput, WaitsForThePromptInWhateverPieces) {
  GuestInput input{bytes("root\n"), "login:"};
  input.saw(bytes("last log"));
  input.saw(bytes("in"));
  EXPECT_FALSE(input.is_ready());
  input.saw(bytes(": "));
  EXPECT_EQ(take_all(input), "root\n");
}

TEST(GuestInput, APromptMayBeginAgainWithinItself) {
  for (std::string_view const text : {"aab", "aaab", "xaaaaab", "abaab"}) {
    GuestInput input{bytes("y"), "aab"};
    input.saw(bytes(text));
    EXPECT_TRUE(input.is_ready()) << text;
  }
  for (std::string_view const text : {"", "aa", "aba", "aaxb", "ab"}) {
    GuestInput input{bytes("y"), "aab"};
    input.saw(bytes(text));
    EXPECT_FALSE(input.is_ready()) << text;
  }
  GuestInput overlapping{bytes("y"), "abab!"};
  overlapping.saw(bytes("ababab!"));
  EXPECT_TRUE(overlapping.is_ready());
}

TEST(GuestInput, FillsTheRingAsFarAsItHasRoom) {
  constexpr std::uint32_t size = service_vm::ByteRing::size;
  std::string text(size + 10, 'x');
  text[size] = 'y';
  service_vm::ByteRing ring{};
  ring.written = ring.taken = 0xffff'fff0;  // the counters run freely
  GuestInput input{bytes(text), ""};
  input.forward_to(ring);
  EXPECT_TRUE(input.is_forwarded());
  EXPECT_TRUE(input.ring_has_room());
  EXPECT_TRUE(input.fill_ring());
  EXPECT_EQ(ring.written - ring.taken, size);
  EXPECT_FALSE(input.ring_has_room());
  EXPECT_FALSE(input.fill_ring()) << "full";
  ring.taken += 1;
  EXPECT_TRUE(input.ring_has_room());
  EXPECT_TRUE(input.fill_ring());
  EXPECT_EQ(ring.bytes[(ring.written - 1) % size], 'y');
  ring.taken = ring.written;
  EXPECT_TRUE(input.fill_ring());
  EXPECT_EQ(ring.written - ring.taken, 9U);
  EXPECT_FALSE(input.fill_ring()) << "all typed";
}

TEST(GuestInput, ARingWithWrongCountersGetsNothing) {
  service_vm::ByteRing ring{};
  ring.taken = 1;  // more than was written
  GuestInput input{bytes("x"), ""};
  input.forward_to(ring);
  EXPECT_FALSE(input.ring_has_room());
  EXPECT_FALSE(input.fill_ring());
  EXPECT_EQ(ring.written, 0U);
}

}  // namespace
}  // namespace acrn::baremetal
