// SPDX-License-Identifier: BSD-3-Clause
// Checks of the capture format's part that the image shares: CRC-32C and the replay digest.
#include <array>
#include <cstddef>

#include "baremetal/self_test/checks.hpp"
#include "traces/wire/crc32c.hpp"
#include "traces/wire/digest.hpp"

namespace acrn::baremetal {
namespace {

using traces::crc32c;
using traces::crc32c_portable;

constexpr std::array<std::byte, 32> filled(int first, int step) noexcept {
  std::array<std::byte, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(first + step * static_cast<int>(i));
  }
  return bytes;
}

core::Access access(core::Direction direction, std::uint8_t size, std::uint64_t value) noexcept {
  return {.space = core::Space::port,
          .direction = direction,
          .size = size,
          .address = 0x3f8,
          .value = value};
}

}  // namespace

void check_crc32c(CheckLog& log) noexcept {
  // Source: RFC 3720, appendix B.4 "CRC Examples".
  auto const zeros = filled(0, 0);
  auto const ones = filled(0xff, 0);
  auto const up = filled(0, 1);
  log.equal("32 bytes of zeros", crc32c(0, zeros), 0x8a91'36aa);
  log.equal("32 bytes of ones", crc32c(0, ones), 0x62a8'ab43);
  log.equal("32 ascending bytes", crc32c(0, up), 0x46dd'794e);
  for (std::size_t size = 0; size <= up.size(); ++size) {
    std::span const part = std::span{up}.first(size);
    log.equal("both paths agree", crc32c(0x1234'5678, part), crc32c_portable(0x1234'5678, part));
  }
}

void check_digest(CheckLog& log) noexcept {
  traces::VcpuDigest narrow;
  narrow.add({.access = access(core::Direction::write, 1, 0x41)});
  traces::VcpuDigest wide;
  wide.add({.access = access(core::Direction::write, 1, 0xffff'ff41)});
  log.equal("bits above the size do not count", wide.value(), narrow.value());

  traces::VcpuDigest read;
  read.add({.access = access(core::Direction::read, 1, 0x41)});
  log.is_true("the direction counts", read.value() != narrow.value());

  std::array<std::uint32_t, 2> const one_way{narrow.value(), read.value()};
  std::array<std::uint32_t, 2> const other_way{read.value(), narrow.value()};
  log.is_true("the order of vCPUs counts",
              traces::combine_digests(one_way) != traces::combine_digests(other_way));
}

}  // namespace acrn::baremetal
