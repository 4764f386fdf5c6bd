// SPDX-License-Identifier: BSD-3-Clause
// Asynchronous I/O on the way of an exit: what is queued, what waits, and what goes to the slot.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "core/asyncio/ring_consumer.hpp"
#include "core/asyncio/ring_producer.hpp"
#include "tests/unit/core/emulate/fakes.hpp"
#include "tests/unit/core/emulate/scripted_vcpu.hpp"

namespace acrn::core {
namespace {

using fakes::mmio_exit;
using fakes::pio_exit;
using fakes::Recorder;
using fakes::Vcpu;

constexpr std::uint64_t doorbell = 0xfe00'3000;
constexpr std::uint64_t element = 0xabcd;

/// A ring whose room the test sets.
struct Ring {
  std::size_t room{1000};
  bool broken{};
  std::vector<std::uint64_t> elements{};
  static Push put(void* context, std::uint64_t value) noexcept {
    auto& self = *static_cast<Ring*>(context);
    if (self.broken) return Push::broken;
    if (self.room == 0) return Push::full;
    --self.room;
    self.elements.push_back(value);
    return Push::queued;
  }
  RingSink sink() { return {.push = put, .context = this}; }
};

/// A vCPU whose VM has a wildcard doorbell in both spaces.
struct Queueing : Vcpu {
  explicit Queueing(Profile const& chosen = architectural) : Vcpu{chosen} {
    vm.asyncio.ring = ring.sink();
    for (AsyncDescriptor const& descriptor :
         {AsyncDescriptor{.space = Space::mmio, .address = doorbell, .element = element},
          AsyncDescriptor{.space = Space::port, .address = 0xc010, .element = element + 1}}) {
      EXPECT_TRUE(vm.asyncio.descriptors.assign(descriptor).has_value());
    }
  }
  Ring ring{};
};

TEST(AsyncRouting, AMatchingWriteIsQueuedAndTheGuestGoesOn) {
  Queueing vcpu;
  ASSERT_EQ(vcpu.begin(mmio_exit(fakes::store(doorbell, 2, 5))), Progress::done);
  EXPECT_EQ(vcpu.io.route(), Route::queued);
  EXPECT_EQ(vcpu.ring.elements, std::vector{element});
  EXPECT_TRUE(vcpu.effects.upcall_wanted());
  EXPECT_TRUE(vcpu.slot.submitted.empty());
  EXPECT_EQ(vcpu.io.commit().rip_advance, 3);
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::out(0xc010, 2, 0))), Progress::done);
  EXPECT_EQ(vcpu.ring.elements.back(), element + 1);
}

TEST(AsyncRouting, ByProfileSideBySide) {
  struct Row {
    Profile const* profile;
    Route route;
    Progress progress;
  };
  // 2018 knew no asynchronous I/O: its emulate_io says -ENODEV, and the caller forwards.
  for (Row const& row : {Row{&architectural, Route::queued, Progress::done},
                         Row{&acrn_today, Route::queued, Progress::done},
                         Row{&acrn2018, Route::no_handler, Progress::waiting}}) {
    Queueing vcpu{*row.profile};
    EXPECT_EQ(vcpu.begin(mmio_exit(fakes::store(doorbell, 2, 5))), row.progress);
    EXPECT_EQ(vcpu.io.route(), row.route) << row.profile->name;
    EXPECT_EQ(vcpu.ring.elements.size(), row.route == Route::queued ? 1U : 0U);
  }
}

TEST(AsyncRouting, T75_AReadOfADoorbellIsForwardedByEveryProfile) {
  for (Profile const* profile : profiles) {
    Queueing vcpu{*profile};
    ASSERT_EQ(vcpu.begin(mmio_exit(fakes::load(doorbell, 2))), Progress::waiting) << profile->name;
    EXPECT_TRUE(vcpu.ring.elements.empty());
    ASSERT_EQ(vcpu.answer(0x77), Progress::done);
    EXPECT_EQ(vcpu.io.access().value, 0x77U) << "the device model's answer, not a stale register";
  }
}

TEST(AsyncRouting, OnlyWhatADeviceModelWouldAnswerIsQueued) {
  Queueing claimed;
  Recorder device;
  fakes::add_mmio(claimed.vm, device.device(), doorbell, 4);
  EXPECT_EQ(claimed.begin(mmio_exit(fakes::store(doorbell, 2, 5))), Progress::done);
  EXPECT_EQ(claimed.io.route(), Route::completed) << "a device of the hypervisor comes first";
  Queueing alone;
  alone.vm.device_model = DeviceModel::absent;
  EXPECT_EQ(alone.begin(mmio_exit(fakes::store(doorbell, 2, 5))), Progress::done);
  EXPECT_EQ(alone.io.route(), Route::completed) << "dropped: there is no device model";
  Queueing ringless;
  ringless.vm.asyncio.ring = {};
  EXPECT_EQ(ringless.begin(mmio_exit(fakes::store(doorbell, 2, 5))), Progress::waiting);
  for (Queueing* vcpu : {&claimed, &alone, &ringless}) EXPECT_TRUE(vcpu->ring.elements.empty());
}

TEST(AsyncRouting, AWriteProtectFaultAtTheSameAddressIsNoDoorbell) {
  Queueing vcpu;
  Access write{Space::write_protect, Direction::write, 2, doorbell, 5};
  EXPECT_EQ(emulate_io(vcpu.vm, Turn{}, architectural, write, Ticks{}, vcpu.effects),
            Route::forward);
}

TEST(AsyncRouting, T76_AFullRingMakesTheGuestWaitAndLosesNothing) {
  Queueing vcpu;
  vcpu.ring.room = 0;
  ASSERT_EQ(vcpu.begin(mmio_exit(fakes::store(doorbell, 2, 5))), Progress::busy);
  EXPECT_EQ(vcpu.io.route(), Route::ring_full);
  EXPECT_TRUE(vcpu.effects.upcall_wanted()) << "somebody has to make room";
  EXPECT_TRUE(vcpu.io.in_flight());
  EXPECT_EQ(vcpu.resume(), Progress::busy);
  EXPECT_TRUE(vcpu.ring.elements.empty());
  vcpu.ring.room = 1;
  EXPECT_EQ(vcpu.resume(), Progress::done);
  EXPECT_EQ(vcpu.ring.elements, std::vector{element}) << "once";
  EXPECT_TRUE(vcpu.slot.submitted.empty());
}

TEST(AsyncRouting, T76_AVcpuThatWaitsForRoomCanBeCancelled) {
  Queueing vcpu;
  vcpu.ring.room = 0;
  ASSERT_EQ(vcpu.begin(mmio_exit(fakes::store(doorbell, 2, 5))), Progress::busy);
  vcpu.io.cancel(vcpu.slot);
  EXPECT_FALSE(vcpu.io.in_flight());
  vcpu.ring.room = 1;
  EXPECT_EQ(vcpu.begin(pio_exit(fakes::out(0xc010, 2, 0))), Progress::done);
  EXPECT_EQ(vcpu.ring.elements, std::vector{element + 1}) << "the cancelled one never arrives";
}

TEST(AsyncRouting, T76_ADeviceThatDeclinesIsNotAskedTwiceForWantOfRoom) {
  Queueing vcpu;
  Recorder peeking{.result = HandlerResult::declined()};
  fakes::add_mmio(vcpu.vm, peeking.device(), doorbell, 4);
  EXPECT_EQ(vcpu.begin(mmio_exit(fakes::store(doorbell, 2, 5))), Progress::done);
  EXPECT_EQ(vcpu.ring.elements.size(), 1U) << "declined, then queued";
  vcpu.ring.room = 0;
  ASSERT_EQ(vcpu.begin(mmio_exit(fakes::store(doorbell, 2, 5))), Progress::waiting);
  EXPECT_EQ(vcpu.io.route(), Route::forward);
  EXPECT_EQ(vcpu.answer(0), Progress::done);
  EXPECT_EQ(peeking.seen.size(), 2U) << "one look per write";
}

TEST(AsyncRouting, ABrokenRingSendsTheWriteThroughTheSlot) {
  Queueing vcpu;
  vcpu.ring.broken = true;
  ASSERT_EQ(vcpu.begin(mmio_exit(fakes::store(doorbell, 2, 5))), Progress::waiting);
  EXPECT_EQ(vcpu.slot.submitted, std::vector{fakes::store(doorbell, 2, 5)});
  EXPECT_EQ(vcpu.answer(0), Progress::done);
}

TEST(AsyncRouting, T24_AResetForgetsTheDescriptorsAndKeepsTheRing) {
  Queueing vcpu;
  vcpu.vm.asyncio.reset();
  EXPECT_TRUE(vcpu.vm.asyncio.ring.exists()) << "T25: its owner is still there";
  EXPECT_EQ(vcpu.begin(mmio_exit(fakes::store(doorbell, 2, 5))), Progress::waiting);
  EXPECT_TRUE(vcpu.ring.elements.empty());
}

TEST(AsyncRouting, T25_TheEndOfTheVmDropsTheRing) {
  Queueing vcpu;
  vcpu.vm.asyncio.drop();
  EXPECT_FALSE(vcpu.vm.asyncio.ring.exists());
  EXPECT_EQ(vcpu.vm.asyncio.descriptors.size(), 0U);
}

TEST(AsyncRouting, GoesThroughTheSharedPageOfBothEnds) {
  PageStorage storage;
  AtomicMemory memory{storage};
  auto consumer = RingConsumer<AtomicMemory>::create(memory);
  RingProducer producer{memory};
  ASSERT_TRUE(producer.attach().has_value());
  Queueing vcpu;
  vcpu.vm.asyncio.ring = producer.sink();
  for (std::uint32_t i = 0; i + 1 < abi::asyncio_element_count; ++i) {
    ASSERT_EQ(vcpu.begin(mmio_exit(fakes::store(doorbell, 4, i))), Progress::done);
  }
  ASSERT_EQ(vcpu.begin(pio_exit(fakes::out(0xc010, 1, 0))), Progress::busy);
  EXPECT_EQ(consumer.pop(), element);
  EXPECT_EQ(vcpu.resume(), Progress::done);
  for (std::uint32_t i = 0; i + 2 < abi::asyncio_element_count; ++i) {
    ASSERT_EQ(consumer.pop(), element);
  }
  EXPECT_EQ(consumer.pop(), element + 1) << "after everything that came before it";
  EXPECT_EQ(consumer.pop(), std::nullopt);
}

}  // namespace
}  // namespace acrn::core
