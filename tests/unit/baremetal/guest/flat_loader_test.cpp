// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/guest/flat_loader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace acrn::baremetal {
namespace {

using Mode = GuestStart::Mode;
constexpr std::size_t ram_bytes = 1U << 20U;

std::uint64_t get(std::vector<std::uint8_t> const& bytes, std::uint64_t at) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) value |= std::uint64_t{bytes.at(at + i)} << (8 * i);
  return value;
}

/// Follows identity page tables for 2-MiB pages; 0 when something is not present.
std::uint64_t translate(std::vector<std::uint8_t> const& bytes, std::uint64_t cr3,
                        std::uint64_t linear) {
  constexpr std::uint64_t address = 0x000f'ffff'ffff'f000;
  std::uint64_t table = cr3;
  for (unsigned const shift : {39U, 30U, 21U}) {
    std::uint64_t const entry = get(bytes, table + (linear >> shift & 511U) * 8);
    if ((entry & 1U) == 0) return 0;
    if ((entry & 0x80U) != 0) return (entry & address) | (linear & 0x1f'ffffU);
    table = entry & address;
  }
  return 0;
}

TEST(LoadFlat, RealModeStartsInItsSegment) {
  std::vector<std::uint8_t> ram(ram_bytes);
  std::vector<std::uint8_t> const program{0xf4, 1, 2};
  auto const start = load_flat(program, Mode::real, GuestRam{ram});
  ASSERT_TRUE(start);
  EXPECT_EQ(start.value().mode, Mode::real);
  EXPECT_EQ(start.value().code_selector * 16U + start.value().rip, 0x10000U);
  EXPECT_EQ(start.value().data_selector, 0x1000);
  EXPECT_EQ(start.value().rsp, 0xfff0U);
  EXPECT_EQ(ram[0x10000], 0xf4);
  EXPECT_EQ(ram[0x10002], 2);
}

TEST(LoadFlat, OtherModesGetAGdt) {
  for (Mode const mode : {Mode::protected32, Mode::long64}) {
    std::vector<std::uint8_t> ram(ram_bytes);
    std::vector<std::uint8_t> const program{0x90};
    auto const start = load_flat(program, mode, GuestRam{ram});
    ASSERT_TRUE(start);
    EXPECT_EQ(start.value().rip, flat_address);
    EXPECT_EQ(start.value().code_selector, 0x10);
    EXPECT_EQ(start.value().data_selector, 0x18);
    EXPECT_EQ(start.value().gdt_limit, 0x1fU);
    std::uint64_t const code = get(ram, start.value().gdt_base + 0x10);
    EXPECT_EQ(code, mode == Mode::long64 ? 0x00af'9b00'0000'ffffU : 0x00cf'9b00'0000'ffffU);
    EXPECT_EQ(get(ram, start.value().gdt_base + 0x18), 0x00cf'9300'0000'ffffU);
    EXPECT_EQ(start.value().cr3 != 0, mode == Mode::long64);
  }
}

TEST(LoadFlat, LongModeSeesFourGibibytes) {
  std::vector<std::uint8_t> ram(ram_bytes, 0xff);
  auto const start = load_flat(std::vector<std::uint8_t>{0x90}, Mode::long64, GuestRam{ram});
  ASSERT_TRUE(start);
  for (std::uint64_t const linear :
       {std::uint64_t{1}, std::uint64_t{0x1f'ffff}, std::uint64_t{0x20'0000},
        std::uint64_t{0x4000'0000}, std::uint64_t{0xfeb0'0123}, std::uint64_t{0xffff'ffff}}) {
    EXPECT_EQ(translate(ram, start.value().cr3, linear), linear);
  }
  EXPECT_EQ(translate(ram, start.value().cr3, 0x1'0000'0000), 0U);
  EXPECT_EQ(translate(ram, start.value().cr3, 0x80'0000'0000), 0U);
}

TEST(LoadFlat, RefusesSizesThatDoNotFit) {
  std::vector<std::uint8_t> ram(ram_bytes);
  struct Row {
    Mode mode;
    std::size_t size_max;
  };
  for (Row const row : {Row{Mode::real, flat_size_max_real}, Row{Mode::protected32, flat_size_max},
                        Row{Mode::long64, flat_size_max}}) {
    std::vector<std::uint8_t> program(row.size_max);
    EXPECT_TRUE(load_flat(program, row.mode, GuestRam{ram}));
    program.push_back(0);
    auto const refused = load_flat(program, row.mode, GuestRam{ram});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().problem, LoadProblem::flat_size);
    EXPECT_EQ(load_flat({}, row.mode, GuestRam{ram}).error().problem, LoadProblem::flat_size);
  }
  EXPECT_EQ(std::string{sentence({LoadProblem::flat_size, 0, 61440}, "boot").text()},
            "module boot: 0 bytes; a flat guest has 1 to 61440");
}

TEST(LoadFlat, RefusesLessThanOneMebibyte) {
  std::vector<std::uint8_t> ram(ram_bytes - 1);
  auto const refused = load_flat(std::vector<std::uint8_t>{0x90}, Mode::real, GuestRam{ram});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (LoadError{LoadProblem::memory, ram_bytes - 1, ram_bytes}));
}

}  // namespace
}  // namespace acrn::baremetal
