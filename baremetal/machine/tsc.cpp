// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/tsc.hpp"

#include "baremetal/machine/port_io.hpp"

namespace acrn::baremetal {
namespace {

// Channel 2 is gated and read through port 61H. Documentation: Intel 8254 data sheet (1993);
// Intel ICH9 data sheet (2008), section 13.7.1 "NMI_SC".
constexpr core::Port pit_channel2{0x42};
constexpr core::Port pit_command{0x43};
constexpr core::Port system_control{0x61};
constexpr std::uint8_t gate = 0x01;
constexpr std::uint8_t speaker = 0x02;
constexpr std::uint8_t output = 0x20;
constexpr std::uint8_t channel2_both_bytes_mode0 = 0xb0;

constexpr std::uint64_t pit_hz = 1'193'182;
constexpr std::uint32_t pit_count = 59'659;  // 50 ms
// An IN takes about a microsecond; far more of them than 50 ms have is a PIT that stands still.
constexpr std::uint32_t polls_max = 1U << 22U;

constinit std::uint64_t rate_hz{};

}  // namespace

std::optional<std::uint64_t> measure_tsc_hz() noexcept {
  std::uint8_t const before = in8(system_control);
  out8(system_control, static_cast<std::uint8_t>((before & ~(gate | speaker)) | 0));
  out8(pit_command, channel2_both_bytes_mode0);
  out8(pit_channel2, pit_count & 0xffU);
  out8(pit_channel2, pit_count >> 8U);
  if ((in8(system_control) & output) != 0) return std::nullopt;  // mode 0 begins low
  out8(system_control, static_cast<std::uint8_t>((before & ~speaker) | gate));
  std::uint64_t const begin = read_tsc();
  std::uint32_t polls = 0;
  while ((in8(system_control) & output) == 0 && polls < polls_max) ++polls;
  std::uint64_t const ticks = read_tsc() - begin;
  out8(system_control, before);
  if (polls == polls_max) return std::nullopt;
  return ticks * pit_hz / pit_count;
}

std::uint64_t tsc_hz() noexcept { return rate_hz; }

void set_tsc_hz(std::uint64_t hz) noexcept { rate_hz = hz; }

void delay_us(std::uint64_t microseconds) noexcept {
  std::uint64_t const begin = read_tsc();
  std::uint64_t const ticks = microseconds * rate_hz / 1'000'000;
  while (read_tsc() - begin < ticks) __builtin_ia32_pause();
}

}  // namespace acrn::baremetal
