// SPDX-License-Identifier: BSD-3-Clause
#include "core/vcpu/pending_events.hpp"

#include <gtest/gtest.h>

namespace acrn::core {
namespace {

constexpr Interruption hardware(std::uint8_t vector) {
  return {.vector = vector, .type = InterruptionType::hardware_exception, .valid = true};
}

/// Intel SDM vol. 3A, table 6-5, with one vector of each class.
TEST(PendingEvents, CombinesAsTheTableOfTheSdm) {
  constexpr std::uint8_t benign = 1;
  constexpr std::uint8_t contributory = 13;
  constexpr std::uint8_t page = 14;
  constexpr std::uint8_t twice = 8;
  struct Row {
    std::uint8_t first;
    std::uint8_t second;
    Combination result;
  };
  constexpr Combination alone = Combination::second_alone;
  constexpr Combination two = Combination::double_fault;
  constexpr Combination three = Combination::triple_fault;
  for (Row const& row :
       {Row{benign, benign, alone}, Row{benign, contributory, alone}, Row{benign, page, alone},
        Row{contributory, benign, alone}, Row{contributory, contributory, two},
        Row{contributory, page, alone}, Row{page, benign, alone}, Row{page, contributory, two},
        Row{page, page, two}, Row{twice, benign, alone}, Row{twice, contributory, three},
        Row{twice, page, three}}) {
    EXPECT_EQ(combine(hardware(row.first), hardware(row.second)), row.result)
        << unsigned{row.first} << " then " << unsigned{row.second};
  }
}

TEST(PendingEvents, TheClassesHoldTheVectorsOfTheSdm) {
  for (unsigned vector = 0; vector < 32; ++vector) {
    auto const it = hardware(static_cast<std::uint8_t>(vector));
    bool const contributory = vector == 0 || (vector >= 10 && vector <= 13) || vector == 21;
    bool const page = vector == 14 || vector == 20;
    EXPECT_EQ(combine(it, hardware(13)) == Combination::double_fault, contributory || page)
        << vector;
    EXPECT_EQ(combine(it, hardware(14)) == Combination::double_fault, page) << vector;
    EXPECT_EQ(combine(it, hardware(13)) == Combination::triple_fault, vector == 8) << vector;
  }
}

TEST(PendingEvents, OnlyHardwareExceptionsCombine) {
  for (InterruptionType type :
       {InterruptionType::external_interrupt, InterruptionType::nmi,
        InterruptionType::software_interrupt, InterruptionType::privileged_software_exception,
        InterruptionType::software_exception}) {
    Interruption const first{.vector = 13, .type = type, .valid = true};
    EXPECT_EQ(combine(first, hardware(13)), Combination::second_alone);
    EXPECT_EQ(combine(hardware(13), first), Combination::second_alone);
  }
}

TEST(PendingEvents, ADoubleFaultHasAnErrorCodeInProtectedModeOnly) {
  for (bool const protected_mode : {true, false}) {
    PendingEvents events;
    events.interrupt_delivery({.idt_vectoring_information = 0x8000'030d});
    EXPECT_EQ(events.raise({.event = hardware(13), .protected_mode = protected_mode}),
              Combination::double_fault);
    EntryPlan plan;
    EXPECT_TRUE(events.take(plan));
    EXPECT_EQ(plan.interruption_information, protected_mode ? 0x8000'0b08U : 0x8000'0308U);
    EXPECT_FALSE(events.any());
  }
}

TEST(PendingEvents, KnowsWhoseDeliveryWasInterrupted) {
  PendingEvents events;
  EXPECT_FALSE(events.delivering());
  events.interrupt_delivery({.idt_vectoring_information = 0x8000'00f3});
  EXPECT_TRUE(events.delivering());
  EXPECT_EQ(events.delivered_vector(), 0xf3U);
  EXPECT_TRUE(events.any());
}

TEST(PendingEvents, NothingWaitsAfterATripleFault) {
  PendingEvents events;
  events.interrupt_delivery({.idt_vectoring_information = 0x8000'0b08});
  EXPECT_EQ(events.raise({.event = hardware(14)}), Combination::triple_fault);
  EXPECT_FALSE(events.any());
  EntryPlan plan;
  EXPECT_FALSE(events.take(plan));
  EXPECT_EQ(plan, EntryPlan{});
}

TEST(PendingEventsDeathTest, RefusesVectorsOfExceptions) {
  PendingEvents events;
  EXPECT_DEATH(events.raise_interrupt(31), "from 32 on");
  EXPECT_DEATH(static_cast<void>(events.take_interrupt()), "one that waits");
}

TEST(Interruption, DecodesAndEncodesEveryDefinedBit) {
  constexpr std::uint32_t defined = 0x8000'0fff;
  for (std::uint32_t low = 0; low <= 0xffff; ++low) {
    for (std::uint32_t const word : {low, low | interruption_valid}) {
      ASSERT_EQ(encode_interruption(decode_interruption(word)), word & defined) << std::hex << word;
    }
  }
}

TEST(PendingEvents, TellsExternalInterruptsByTheirWord) {
  for (unsigned type = 0; type < 8; ++type) {
    for (bool const error_code : {false, true}) {
      Interruption const event{.vector = 0xf3,
                               .type = static_cast<InterruptionType>(type),
                               .has_error_code = error_code,
                               .valid = true};
      EXPECT_EQ(is_external_interrupt(encode_interruption(event)),
                event.type == InterruptionType::external_interrupt && !error_code);
    }
  }
  EXPECT_FALSE(is_external_interrupt(0));
  EXPECT_FALSE(is_external_interrupt(0xf3));
}

}  // namespace
}  // namespace acrn::core
