// SPDX-License-Identifier: BSD-3-Clause
// T30: whatever the Service VM writes into the ring's page, the producer stays inside the ring.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>
#include <string_view>

#include "core/asyncio/ring_consumer.hpp"
#include "core/asyncio/ring_producer.hpp"
#include "tests/support/seed.hpp"

namespace acrn::core {
namespace {

constexpr RingHeader sound{
    .magic = abi::sbuf_magic, .element_count = 504, .element_size = 8, .flags = 0, .size = 4032};

template <class Change>
constexpr RingHeader with(Change change) {
  RingHeader header = sound;
  change(header);
  return header;
}

struct ShapeRow {
  std::string_view name;
  RingHeader header;
  RingError error;
};

constexpr std::array shape_rows{
    ShapeRow{"magic", with([](RingHeader& h) { h.magic ^= 1; }), RingError::magic},
    ShapeRow{"element of 0", with([](RingHeader& h) { h.element_size = 0; }),
             RingError::element_size},
    ShapeRow{"wider element", with([](RingHeader& h) { h.element_size = 16; }),
             RingError::element_size},
    ShapeRow{"huge element", with([](RingHeader& h) { h.element_size = 0xffff'fff8; }),
             RingError::element_size},
    ShapeRow{"no elements", with([](RingHeader& h) { h.element_count = h.size = 0; }),
             RingError::element_count},
    ShapeRow{"one element", with([](RingHeader& h) { h.element_count = 1, h.size = 8; }),
             RingError::element_count},
    ShapeRow{"size too small", with([](RingHeader& h) { h.size -= 8; }), RingError::size},
    ShapeRow{"past the page", with([](RingHeader& h) { h.element_count = 505, h.size = 4040; }),
             RingError::size},
    ShapeRow{"product wraps 32 bits",
             with([](RingHeader& h) { h.element_count = 0x2000'0000, h.size = 0; }),
             RingError::size},
    ShapeRow{"overwrite", with([](RingHeader& h) { h.flags = abi::sbuf_flag_overwrite; }),
             RingError::flags},
    ShapeRow{"unknown flag", with([](RingHeader& h) { h.flags = 1U << 31U; }), RingError::flags},
};

void store_header(AtomicMemory& memory, RingHeader const& header) {
  memory.store64(abi::sbuf_offset::magic, header.magic);
  memory.store32(abi::sbuf_offset::element_count, header.element_count);
  memory.store32(abi::sbuf_offset::element_size, header.element_size);
  memory.store32(abi::sbuf_offset::flags, header.flags);
  memory.store32(abi::sbuf_offset::size, header.size);
}

TEST(HostileRing, T30_AnUnsoundShapeIsRefusedAtAttach) {
  static_assert(check_ring(sound, 8, 4096).has_value());
  for (ShapeRow const& row : shape_rows) {
    PageStorage storage;
    AtomicMemory memory{storage};
    store_header(memory, row.header);
    RingProducer producer{memory};
    auto const refused = producer.attach();
    ASSERT_FALSE(refused.has_value()) << row.name;
    EXPECT_EQ(refused.error(), row.error) << row.name;
    EXPECT_EQ(producer.push(1), Push::broken) << row.name;
  }
}

TEST(HostileRing, T30_AnUnsoundShapeAfterAttachBreaksTheRingForGood) {
  for (ShapeRow const& row : shape_rows) {
    PageStorage storage;
    AtomicMemory memory{storage};
    static_cast<void>(RingConsumer<AtomicMemory>::create(memory));
    RingProducer producer{memory};
    ASSERT_TRUE(producer.attach().has_value());
    store_header(memory, row.header);
    PageStorage const before = storage;
    EXPECT_EQ(producer.push(1), Push::broken) << row.name;
    EXPECT_EQ(before.bytes, storage.bytes) << "nothing was written, " << row.name;
    store_header(memory, sound);
    EXPECT_EQ(producer.push(1), Push::broken) << "mended, but not trusted again, " << row.name;
    ASSERT_TRUE(producer.attach().has_value()) << row.name;
    EXPECT_EQ(producer.push(1), Push::queued) << row.name;
  }
}

TEST(HostileRing, T30_HeadAndTailMustLieOnElements) {
  for (std::uint32_t position : {1U, 7U, 4031U, 4032U, 4040U, 0x8000'0000U, 0xffff'fff8U}) {
    for (std::size_t offset : {abi::sbuf_offset::head, abi::sbuf_offset::tail}) {
      PageStorage storage;
      AtomicMemory memory{storage};
      static_cast<void>(RingConsumer<AtomicMemory>::create(memory));
      RingProducer producer{memory};
      ASSERT_TRUE(producer.attach().has_value());
      memory.store32(offset, position);
      RingProducer late{memory};
      auto const refused = late.attach();
      ASSERT_FALSE(refused.has_value()) << position;
      EXPECT_EQ(refused.error(), RingError::position) << position;
      EXPECT_EQ(producer.push(1), Push::broken) << position;
    }
  }
}

TEST(HostileRing, ATailThatTheServiceVmMovedIsNotFollowed) {
  PageStorage storage;
  AtomicMemory memory{storage};
  static_cast<void>(RingConsumer<AtomicMemory>::create(memory));
  RingProducer producer{memory};
  ASSERT_TRUE(producer.attach().has_value());
  memory.store32(abi::sbuf_offset::tail, 80);
  EXPECT_EQ(producer.push(1), Push::broken);
  EXPECT_TRUE(producer.is_broken());
}

TEST(HostileRing, AConsumerIgnoresATailThatIsNone) {
  PageStorage storage;
  AtomicMemory memory{storage};
  auto consumer = RingConsumer<AtomicMemory>::create(memory);
  for (std::uint32_t tail : {3U, 4032U, 0xffff'ffffU}) {
    memory.store32(abi::sbuf_offset::tail, tail);
    EXPECT_EQ(consumer.pop(), std::nullopt) << tail;
  }
  EXPECT_EQ(consumer.bad_tails(), 3U);
}

/// Changes a random byte of the page before each access, now and then, and checks each offset.
class FlippingMemory {
 public:
  struct Shared {
    PageStorage storage;
    std::mt19937_64 random;
    std::set<std::size_t> stored{};
    bool hostile{};
  };
  explicit FlippingMemory(Shared& shared) : shared_{&shared} {}

  std::uint32_t load32(std::size_t offset) { return flip(offset, 4).load32(offset); }
  std::uint64_t load64(std::size_t offset) { return flip(offset, 8).load64(offset); }
  std::uint64_t load_word(std::size_t offset) { return flip(offset, 8).load_word(offset); }
  void store32(std::size_t offset, std::uint32_t v) { put(offset, 4).store32(offset, v); }
  void store64(std::size_t offset, std::uint64_t v) { put(offset, 8).store64(offset, v); }
  void store_word(std::size_t offset, std::uint64_t v) { put(offset, 8).store_word(offset, v); }
  void store_state(std::size_t offset, std::uint32_t v) { put(offset, 4).store_state(offset, v); }
  bool exchange_word(std::size_t offset, std::uint64_t expected, std::uint64_t desired) {
    return put(offset, 8).exchange_word(offset, expected, desired);
  }

 private:
  AtomicMemory flip(std::size_t offset, std::size_t size) {
    EXPECT_LE(offset + size, abi::ioreq_page_size);
    EXPECT_EQ(offset % size, 0U);
    if (shared_->hostile && shared_->random() % 3 == 0) {
      // Mostly the header: flips among 4,032 bytes of elements would hide the ones that matter.
      std::size_t const place = shared_->random() % (shared_->random() % 4 == 0 ? 4096U : 64U);
      shared_->storage.bytes.at(place) = static_cast<std::byte>(shared_->random() % 256);
    }
    return AtomicMemory{shared_->storage};
  }
  AtomicMemory put(std::size_t offset, std::size_t size) {
    AtomicMemory const memory = flip(offset, size);
    shared_->stored.insert(offset);
    return memory;
  }

  Shared* shared_;
};
static_assert(Memory<FlippingMemory>);

TEST(HostileRing, T30_NoByteThatChangesBetweenTwoAccessesLeadsOutOfTheElements) {
  std::uint64_t const seed = tests::announced_seed(0xa51c);
  int queued = 0;
  for (std::uint64_t run = 0; run < 3000; ++run) {
    FlippingMemory::Shared shared{.storage = {}, .random = std::mt19937_64{seed + run}};
    FlippingMemory memory{shared};
    static_cast<void>(RingConsumer<FlippingMemory>::create(memory));
    RingProducer producer{memory};
    ASSERT_TRUE(producer.attach().has_value());
    shared.stored.clear();
    shared.hostile = true;
    for (int i = 0; i < 50; ++i) queued += producer.push(run) == Push::queued ? 1 : 0;
    for (std::size_t offset : shared.stored) {
      EXPECT_TRUE(offset == abi::sbuf_offset::tail ||
                  (offset >= abi::sbuf_offset::elements && offset % 8 == 0))
          << offset << " seed " << seed + run;
    }
  }
  EXPECT_GT(queued, 1000) << "the flips left the producer nothing to do";
}

TEST(RingError, NamesAreDistinct) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(RingError::position); ++i) {
    names.insert(name(static_cast<RingError>(i)));
  }
  EXPECT_EQ(names.size(), 6U);
  EXPECT_EQ(name(static_cast<RingError>(6)), "?");
}

}  // namespace
}  // namespace acrn::core
