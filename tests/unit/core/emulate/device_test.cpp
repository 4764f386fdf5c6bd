// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/device.hpp"

#include <gtest/gtest.h>

namespace acrn::core {
namespace {

TEST(HandlerResult, CarriesAnErrnoOnlyWhenItFailed) {
  EXPECT_EQ(HandlerResult::handled(), (HandlerResult{HandlerStatus::handled, 0}));
  EXPECT_EQ(HandlerResult::declined(), (HandlerResult{HandlerStatus::declined, 0}));
  EXPECT_EQ(HandlerResult::failed(-22), (HandlerResult{HandlerStatus::failed, -22}));
}

TEST(HandlerResultDeathTest, RefusesAnErrnoThatIsNotNegative) {
  EXPECT_DEATH(static_cast<void>(HandlerResult::failed(0)), "negative errno");
  EXPECT_DEATH(static_cast<void>(HandlerResult::failed(22)), "negative errno");
}

}  // namespace
}  // namespace acrn::core
