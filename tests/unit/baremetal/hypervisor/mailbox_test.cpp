// SPDX-License-Identifier: BSD-3-Clause
// What other CPUs post arrives in order, once, and never silently not at all.
#include "baremetal/hypervisor/mailbox.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>

namespace acrn::baremetal {
namespace {

using core::IrqAction;
using core::IrqChange;

TEST(Mailbox, IsEmptyAtFirst) {
  Mailbox mailbox;
  EXPECT_FALSE(mailbox.has_news());
  EXPECT_FALSE(mailbox.take().has_value());
  EXPECT_FALSE(mailbox.take_upcall());
}

TEST(Mailbox, GivesChangesInTheirOrder) {
  Mailbox mailbox;
  ASSERT_TRUE(mailbox.post({{4}, IrqAction::raise}));
  ASSERT_TRUE(mailbox.post({{4}, IrqAction::lower}));
  EXPECT_TRUE(mailbox.take_news());
  EXPECT_FALSE(mailbox.has_news());
  EXPECT_EQ(mailbox.take(), (IrqChange{{4}, IrqAction::raise}));
  EXPECT_EQ(mailbox.take(), (IrqChange{{4}, IrqAction::lower}));
  EXPECT_FALSE(mailbox.take().has_value());
}

TEST(Mailbox, KeepsTheWishToTypeApartFromUpcalls) {
  Mailbox mailbox;
  mailbox.post_input();
  EXPECT_TRUE(mailbox.take_news());
  EXPECT_FALSE(mailbox.take_upcall());
  mailbox.post_upcall();
  EXPECT_TRUE(mailbox.take_input());
  EXPECT_FALSE(mailbox.take_input());
  EXPECT_TRUE(mailbox.take_news());
  EXPECT_TRUE(mailbox.take_upcall());
}

TEST(Mailbox, RefusesWhatDoesNotFitAndKeepsWhatItHas) {
  Mailbox mailbox;
  for (std::uint16_t line = 0; line < Mailbox::capacity; ++line) {
    ASSERT_TRUE(mailbox.post({{line}, IrqAction::raise}));
  }
  EXPECT_FALSE(mailbox.post({{999}, IrqAction::raise}));
  for (std::uint16_t line = 0; line < Mailbox::capacity; ++line) {
    ASSERT_EQ(mailbox.take(), (IrqChange{{line}, IrqAction::raise}));
  }
  ASSERT_TRUE(mailbox.post({{7}, IrqAction::lower})) << "there is room again, behind the edge";
  EXPECT_EQ(mailbox.take(), (IrqChange{{7}, IrqAction::lower}));
}

TEST(Mailbox, UpcallsThatWereNotTakenAreOne) {
  Mailbox mailbox;
  mailbox.post_upcall();
  mailbox.post_upcall();
  EXPECT_TRUE(mailbox.take_news());
  EXPECT_TRUE(mailbox.take_upcall());
  EXPECT_FALSE(mailbox.take_upcall());
  EXPECT_FALSE(mailbox.take_news());
}

TEST(Mailbox, TellsOfWhatIsNotInIt) {
  Mailbox mailbox;
  mailbox.ring();
  EXPECT_TRUE(mailbox.has_news());
  EXPECT_TRUE(mailbox.take_news());
  EXPECT_FALSE(mailbox.has_news());
  EXPECT_FALSE(mailbox.take().has_value());
}

TEST(Mailbox, WhatComesAfterTheLookIsNewsAgain) {
  Mailbox mailbox;
  ASSERT_TRUE(mailbox.post({{4}, IrqAction::raise}));
  EXPECT_TRUE(mailbox.take_news());
  ASSERT_TRUE(mailbox.post({{5}, IrqAction::raise}));
  EXPECT_EQ(mailbox.take(), (IrqChange{{4}, IrqAction::raise}));
  EXPECT_EQ(mailbox.take(), (IrqChange{{5}, IrqAction::raise}));
  EXPECT_TRUE(mailbox.has_news()) << "a look too many finds nothing; one too few would lose it";
}

TEST(Mailbox, LosesNothingBetweenCpus) {
  Mailbox mailbox;
  constexpr unsigned count = 20'000;
  std::thread poster{[&mailbox] {
    for (unsigned n = 0; n < count; ++n) {
      while (!mailbox.post({{static_cast<std::uint16_t>(n)}, IrqAction::raise})) {
        std::this_thread::yield();
      }
    }
  }};
  unsigned in_order = 0;
  for (unsigned n = 0; n < count; ++n) {
    std::optional<IrqChange> change = mailbox.take();
    while (!change) {
      while (!mailbox.take_news()) std::this_thread::yield();  // never waits for what is there
      change = mailbox.take();
    }
    in_order += change->line.value == static_cast<std::uint16_t>(n) ? 1U : 0U;
  }
  poster.join();
  EXPECT_EQ(in_order, count);
  EXPECT_FALSE(mailbox.take().has_value());
}

}  // namespace
}  // namespace acrn::baremetal
