// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/event.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string_view>

namespace acrn::core {
namespace {

using abi::IoEventFd;

TEST(DecodeIoEvent, TakesEveryFieldOfAnAssignment) {
  auto const port = decode_io_event(
      {.flags = 3, .address = 0xc010, .length = 2, .data = 0x1'0000'0005}, EventToken{7});
  ASSERT_TRUE(port.has_value());
  EXPECT_EQ(port->kind, IoEventOrder::Kind::assign);
  EXPECT_EQ(port->path, IoEventOrder::Path::request);
  EXPECT_EQ(port->event,
            (IoEvent{EventToken{7}, Space::port, 0xc010, 2, std::uint64_t{0x1'0000'0005}}));
  auto const mmio =
      decode_io_event({.flags = 8, .address = ~7ULL, .length = 8, .data = 5}, EventToken{8});
  ASSERT_TRUE(mmio.has_value());
  EXPECT_EQ(mmio->path, IoEventOrder::Path::asynchronous);
  EXPECT_EQ(mmio->event, (IoEvent{EventToken{8}, Space::mmio, ~7ULL, 8, std::nullopt}))
      << "without the flag any data matches, whatever the field holds";
}

TEST(DecodeIoEvent, RemovalNeedsTheTokenAlone) {
  auto const order = decode_io_event({.flags = 4, .address = 9, .length = 3}, EventToken{7});
  ASSERT_TRUE(order.has_value());
  EXPECT_EQ(order->kind, IoEventOrder::Kind::remove);
  EXPECT_EQ(order->event.token, EventToken{7});
}

TEST(DecodeIoEvent, RefusesWhatLinuxRefusesAndWhatHasNoMeaning) {
  struct Row {
    IoEventFd argument;
    EventError error;
  };
  constexpr std::array rows{
      Row{{.flags = 16, .address = 1, .length = 1}, EventError::flags},
      Row{{.flags = 1U << 31U, .address = 1, .length = 1}, EventError::flags},
      Row{{.address = 1, .length = 1, .reserved = 1}, EventError::reserved},
      Row{{.address = 1, .length = 0}, EventError::length},
      Row{{.address = 1, .length = 3}, EventError::length},
      Row{{.address = 1, .length = 16}, EventError::length},
      Row{{.address = 1, .length = 0x102}, EventError::length},
      Row{{.address = ~0ULL, .length = 2}, EventError::wraps},
      Row{{.address = ~0ULL - 6, .length = 8}, EventError::wraps},
      Row{{.flags = 1, .address = 0xffff, .length = 2}, EventError::wraps},
      Row{{.flags = 1, .address = 0x1'0000, .length = 1}, EventError::wraps},
  };
  for (Row const& row : rows) {
    auto const refused = decode_io_event(row.argument, EventToken{1});
    ASSERT_FALSE(refused.has_value()) << name(row.error);
    EXPECT_EQ(refused.error(), row.error);
  }
  EXPECT_TRUE(decode_io_event({.flags = 1, .address = 0xfffe, .length = 2}, EventToken{1}));
}

TEST(AsyncioInfoOf, IsTheHypercallsArgument) {
  auto const info = asyncio_info({EventToken{1}, Space::port, 0xc010, 2, std::uint64_t{0}}, 0x99);
  EXPECT_EQ(info.type, abi::asyncio_type_pio);
  EXPECT_EQ(info.match_data, 1U) << "data 0 is a value like another";
  EXPECT_EQ(info.address, 0xc010U);
  EXPECT_EQ(info.element, 0x99U);
  EXPECT_EQ(info.data, 0U);
  EXPECT_EQ(asyncio_info({EventToken{1}, Space::mmio, 8, 2, {}}, 1).match_data, 0U);
  EXPECT_EQ(asyncio_info({EventToken{1}, Space::mmio, 8, 2, {}}, 1).type, abi::asyncio_type_mmio);
}

TEST(EventError, NamesAreDistinct) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(EventError::client); ++i) {
    names.insert(name(static_cast<EventError>(i)));
  }
  EXPECT_EQ(names.size(), 9U);
  EXPECT_FALSE(names.contains("?"));
  EXPECT_EQ(name(static_cast<EventError>(99)), "?");
}

}  // namespace
}  // namespace acrn::core
