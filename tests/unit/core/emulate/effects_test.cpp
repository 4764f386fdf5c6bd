// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/effects.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace acrn::core {
namespace {

static_assert(std::is_trivially_copyable_v<Effects> && sizeof(Effects) <= 40);

TEST(Effects, AreEmptyAtFirst) {
  Effects const effects;
  EXPECT_FALSE(effects.upcall_wanted());
  EXPECT_TRUE(effects.irqs().empty());
  EXPECT_FALSE(effects.irqs_overflowed());
  EXPECT_EQ(effects.power(), PowerEvent::none);
  EXPECT_EQ(effects.handler_errno(), 0);
}

TEST(Effects, KeepTheirFirstInterruptsInOrderAndTellOfTheOthers) {
  Effects effects;
  for (std::uint16_t line = 0; line < effect_irq_count_max; ++line) {
    EXPECT_FALSE(effects.irqs_overflowed());
    effects.assert_irq({static_cast<std::uint16_t>(line + 10)});
  }
  EXPECT_FALSE(effects.irqs_overflowed());
  effects.assert_irq({99});
  EXPECT_TRUE(effects.irqs_overflowed());
  ASSERT_EQ(effects.irqs().size(), effect_irq_count_max);
  EXPECT_EQ(effects.irqs().front(), (IrqChange{{10}, IrqAction::raise}));
  EXPECT_EQ(effects.irqs().back().line, IrqLine{10 + effect_irq_count_max - 1});
}

TEST(Effects, TellARaisedLineFromALoweredAndAPulsedOne) {
  Effects effects;
  effects.assert_irq({4});
  effects.deassert_irq({4});
  effects.change_irq({{0}, IrqAction::falling_pulse});
  effects.change_irq({{8}, IrqAction::raising_pulse});
  ASSERT_EQ(effects.irqs().size(), 4U);
  EXPECT_EQ(effects.irqs()[0], (IrqChange{{4}, IrqAction::raise}));
  EXPECT_EQ(effects.irqs()[1], (IrqChange{{4}, IrqAction::lower}));
  EXPECT_EQ(effects.irqs()[2], (IrqChange{{0}, IrqAction::falling_pulse}));
  EXPECT_EQ(effects.irqs()[3], (IrqChange{{8}, IrqAction::raising_pulse}));
}

TEST(Effects, KeepTheNewestPowerEvent) {
  Effects effects;
  effects.request_power(PowerEvent::suspend);
  effects.request_power(PowerEvent::shutdown);
  EXPECT_EQ(effects.power(), PowerEvent::shutdown);
}

TEST(Effects, AreEmptyAgainAfterClear) {
  Effects effects;
  effects.want_upcall();
  effects.request_power(PowerEvent::reset);
  effects.set_handler_errno(-5);
  for (std::size_t i = 0; i <= effect_irq_count_max; ++i) {
    effects.assert_irq({1});
  }
  effects.clear();
  EXPECT_FALSE(effects.upcall_wanted());
  EXPECT_TRUE(effects.irqs().empty());
  EXPECT_FALSE(effects.irqs_overflowed());
  EXPECT_EQ(effects.power(), PowerEvent::none);
  EXPECT_EQ(effects.handler_errno(), 0);
}

}  // namespace
}  // namespace acrn::core
