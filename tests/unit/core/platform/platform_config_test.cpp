// SPDX-License-Identifier: BSD-3-Clause
#include "core/platform/platform_config.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>
#include <string_view>
#include <vector>

#include "core/devices/clock.hpp"

namespace acrn::core {
namespace {

constexpr PlatformConfig example{.ticks_hz = 0x0102'0304'05,
                                 .rtc_epoch_seconds = -2,
                                 .devices = 0x3ff & ~device_bit(PlatformDevice::power_off),
                                 .profile = 2,
                                 .device_model = DeviceModel::absent};

TEST(PlatformConfig, HasTheseBytes) {
  EXPECT_EQ(
      encode(example),
      (PlatformConfigBytes{1,    2,    0,    0,    0xff, 1,    0,    0,     // version ... devices
                           5,    4,    3,    2,    1,    0,    0,    0,     // ticks_hz
                           0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,  // epoch
                           0,    0,    0,    0,    0,    0,    0,    0}));
}

TEST(PlatformConfig, ComesBackFromItsBytes) {
  auto const back = decode_platform_config(encode(example));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, example);
  std::mt19937_64 random{1};
  for (int i = 0; i < 1000; ++i) {
    PlatformConfig const config{.ticks_hz = random() % DeviceClock::ticks_hz_max + 1,
                                .rtc_epoch_seconds = static_cast<std::int64_t>(random()),
                                .devices = static_cast<std::uint32_t>(random() % 0x200),
                                .profile = static_cast<std::uint8_t>(random() % profiles.size()),
                                .device_model = static_cast<DeviceModel>(random() % 2)};
    ASSERT_EQ(*decode_platform_config(encode(config)), config);
  }
}

PlatformConfigError error_of(PlatformConfigBytes const& bytes) {
  auto const result = decode_platform_config(bytes);
  EXPECT_FALSE(result.has_value());
  return result.error();
}

TEST(PlatformConfig, EveryByteThatHasToBeZeroIsLookedAt) {
  for (std::size_t at : {3U, 24U, 25U, 26U, 27U, 28U, 29U, 30U, 31U}) {
    PlatformConfigBytes bytes = encode(example);
    bytes.at(at) = 1;
    EXPECT_EQ(error_of(bytes), PlatformConfigError::reserved) << at;
  }
}

TEST(PlatformConfig, BadBytesSayWhatIsWrong) {
  PlatformConfigBytes bytes = encode(example);
  bytes[0] = 2;
  EXPECT_EQ(error_of(bytes), PlatformConfigError::version);
  bytes = encode(example);
  bytes[1] = 3;
  EXPECT_EQ(error_of(bytes), PlatformConfigError::profile);
  bytes = encode(example);
  bytes[2] = 2;
  EXPECT_EQ(error_of(bytes), PlatformConfigError::device_model);
  bytes = encode(example);
  bytes[5] = 0x10;  // bit 12
  EXPECT_EQ(error_of(bytes), PlatformConfigError::devices);
  bytes = encode(example);
  bytes[5] = 3;  // acpi_pm, and now power_off
  EXPECT_EQ(error_of(bytes), PlatformConfigError::power_ports);
  std::vector<std::uint8_t> const all(bytes.begin(), bytes.end());
  for (std::size_t size = 0; size < all.size(); ++size) {
    EXPECT_EQ(decode_platform_config(std::span{all}.first(size)).error(),
              PlatformConfigError::size);
  }
  EXPECT_EQ(decode_platform_config(std::vector<std::uint8_t>(33, 0)).error(),
            PlatformConfigError::size);
}

TEST(PlatformConfig, TheFrequencyHasToFitADeviceClock) {
  for (auto const& [hz, valid] :
       {std::pair{std::uint64_t{0}, false}, std::pair{std::uint64_t{1}, true},
        std::pair{DeviceClock::ticks_hz_max, true}, std::pair{DeviceClock::ticks_hz_max + 1, false},
        std::pair{std::numeric_limits<std::uint64_t>::max(), false}}) {
    PlatformConfig config = example;
    config.ticks_hz = hz;
    EXPECT_EQ(validate(config).has_value(), valid) << hz;
  }
}

TEST(PlatformConfig, NamesItsDevicesErrorsAndProfile) {
  std::set<std::string_view> names;
  for (unsigned i = 0; i < platform_device_count; ++i) {
    names.insert(name(static_cast<PlatformDevice>(i)));
  }
  EXPECT_EQ(names.size(), platform_device_count);
  EXPECT_FALSE(names.contains("?"));
  EXPECT_EQ(name(static_cast<PlatformDevice>(platform_device_count)), "?");
  std::set<std::string_view> errors;
  for (unsigned i = 0; i < 8; ++i) errors.insert(name(static_cast<PlatformConfigError>(i)));
  EXPECT_EQ(errors.size(), 8U);
  EXPECT_FALSE(errors.contains("?"));
  EXPECT_EQ(name(static_cast<PlatformConfigError>(8)), "?");
  EXPECT_EQ(profile_of(example).name, "acrn2018");
}

TEST(PlatformConfigDeathTest, AnUnknownProfileIsAProgrammersError) {
  PlatformConfig config = example;
  config.profile = 3;
  EXPECT_DEATH(static_cast<void>(profile_of(config)), "valid configuration");
}

}  // namespace
}  // namespace acrn::core
