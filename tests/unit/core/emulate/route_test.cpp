// SPDX-License-Identifier: BSD-3-Clause
#include "core/emulate/route.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace acrn::core {
namespace {

struct Row {
  Route route;
  std::string_view name;
  int error;
  AfterRoute split_present;   ///< SpanRule::split, with a device model
  AfterRoute split_absent;    ///< ... without
  AfterRoute refuse_present;  ///< SpanRule::refuse, with a device model
  AfterRoute refuse_absent;   ///< ... without
};

using enum AfterRoute;

constexpr std::array rows{
    Row{Route::completed, "completed", 0, finish, finish, finish, finish},
    Row{Route::forward, "forward", 0, submit, submit, submit, submit},
    Row{Route::queued, "queued", 0, finish, finish, finish, finish},
    Row{Route::ring_full, "ring full", -EAGAIN, retry, retry, retry, retry},
    Row{Route::no_handler, "no handler", -ENODEV, submit, fault, submit, fault},
    Row{Route::spans_devices, "spans devices", -EIO, cut, cut, fault, fault},
    Row{Route::invalid, "invalid", -EINVAL, fault, fault, fault, fault},
    Row{Route::handler_error, "handler error", -EACCES, fault, fault, fault, fault},
};

TEST(Route, HasANameAndTheErrnoOfTheBoundary) {
  Effects effects;
  effects.set_handler_errno(-EACCES);
  for (Row const& row : rows) {
    EXPECT_EQ(name(row.route), row.name);
    EXPECT_EQ(to_errno(row.route, effects), row.error) << row.name;
  }
  EXPECT_EQ(name(static_cast<Route>(rows.size())), "?");
  EXPECT_EQ(to_errno(static_cast<Route>(rows.size()), effects), -EINVAL);
}

TEST(Route, IsFollowedByWhatTheTableSays) {
  for (Row const& row : rows) {
    for (SpanRule span : {SpanRule::refuse, SpanRule::first_byte_owner}) {
      EXPECT_EQ(after_route(row.route, span, DeviceModel::present), row.refuse_present) << row.name;
      EXPECT_EQ(after_route(row.route, span, DeviceModel::absent), row.refuse_absent) << row.name;
    }
    EXPECT_EQ(after_route(row.route, SpanRule::split, DeviceModel::present), row.split_present)
        << row.name;
    EXPECT_EQ(after_route(row.route, SpanRule::split, DeviceModel::absent), row.split_absent)
        << row.name;
  }
  EXPECT_EQ(after_route(static_cast<Route>(rows.size()), SpanRule::split, DeviceModel::present),
            fault);
}

}  // namespace
}  // namespace acrn::core
