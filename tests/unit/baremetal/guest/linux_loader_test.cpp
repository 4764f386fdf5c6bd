// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/guest/linux_loader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "baremetal/guest/start_tables.hpp"
#include "tests/unit/baremetal/guest/made_up_kernel.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::size_t ram_bytes = 32U << 20U;

struct Machine {
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(ram_bytes);
  [[nodiscard]] GuestRam ram() { return GuestRam{bytes}; }
  [[nodiscard]] std::uint64_t get(std::uint64_t at, unsigned size) const {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{bytes.at(at + i)} << (8 * i);
    return value;
  }
};

LoadError error_of(std::vector<std::uint8_t> const& file) {
  auto const image = parse_linux(file);
  EXPECT_FALSE(image);
  return image.error();
}

std::string line_of(LoadError const& error) { return std::string{sentence(error, "linux").text()}; }

TEST(ParseLinux, ReadsTheHeader) {
  MadeUpKernel const kernel;
  auto const image = parse_linux(kernel.bytes);
  ASSERT_TRUE(image);
  EXPECT_EQ(image.value().protocol, 0x020f);
  EXPECT_EQ(image.value().setup_bytes, 2048U);
  EXPECT_EQ(image.value().kernel_bytes, 0x1000U);
  EXPECT_EQ(image.value().preferred_address, 0x100'0000U);
  EXPECT_EQ(image.value().memory_bytes, 0x40'0000U);
  EXPECT_EQ(image.value().initrd_address_max, 0x7fff'ffffU);
  EXPECT_EQ(image.value().command_line_max, 2047U);
}

TEST(ParseLinux, NoSetupSectorsMeanFour) {
  MadeUpKernel kernel;
  kernel.put(0x1f1, 0, 1);
  kernel.put(0x1f4, 0x30, 4);
  auto const image = parse_linux(kernel.bytes);
  ASSERT_TRUE(image);
  EXPECT_EQ(image.value().setup_bytes, 5U * 512);
}

TEST(ParseLinux, RefusesWhatIsCut) {
  MadeUpKernel const kernel;
  for (std::size_t size = 0; size < kernel.bytes.size(); ++size) {
    LoadError const error =
        error_of({kernel.bytes.begin(), kernel.bytes.begin() + static_cast<std::ptrdiff_t>(size)});
    auto const expected = size == 0 ? LoadProblem::kernel_empty : LoadProblem::kernel_cut;
    ASSERT_EQ(error.problem, expected) << size;
    if (size != 0) {
      EXPECT_EQ(error.expected, size < 0x264 ? 0x264U : kernel.bytes.size()) << size;
    }
  }
  EXPECT_EQ(line_of({LoadProblem::kernel_cut, 5, 612}),
            "module linux: cut off: 5 bytes where the header promises 612; copy the kernel again");
}

TEST(ParseLinux, RefusesAKernelThatEndsBeforeItsEntryPoint) {
  MadeUpKernel kernel;
  kernel.put(0x1f4, 0x20, 4);
  EXPECT_EQ(error_of(kernel.bytes).problem, LoadProblem::kernel_cut);
  kernel.put(0x1f4, 0x21, 4);
  EXPECT_TRUE(parse_linux(kernel.bytes));
}

struct Spoilt {
  std::string name;
  std::size_t at;
  std::uint64_t value;
  unsigned size;
  LoadProblem problem;
  std::string talk;
};

class ParseLinuxRefuses : public testing::TestWithParam<Spoilt> {};

TEST_P(ParseLinuxRefuses, WithOneLine) {
  MadeUpKernel kernel;
  kernel.put(GetParam().at, GetParam().value, GetParam().size);
  LoadError const error = error_of(kernel.bytes);
  EXPECT_EQ(error.problem, GetParam().problem);
  EXPECT_EQ(line_of(error), GetParam().talk);
}

INSTANTIATE_TEST_SUITE_P(
    Header, ParseLinuxRefuses,
    testing::Values(
        Spoilt{"magic", 0x205, 'X', 1, LoadProblem::kernel_magic,
               "module linux: no \"HdrS\" at offset 514: not a bzImage; name a Linux kernel for "
               "PCs (vmlinuz)"},
        Spoilt{"protocol", 0x206, 0x020b, 2, LoadProblem::kernel_protocol,
               "module linux: boot protocol 2.11 is older than 2.12; use Linux 3.8 or later"},
        Spoilt{"low", 0x211, 0, 1, LoadProblem::kernel_old_image,
               "module linux: a zImage, which is loaded low; build a bzImage"},
        Spoilt{"bits", 0x236, 0x3e, 2, LoadProblem::kernel_no_64_bit,
               "module linux: has no 64-bit entry point; use a kernel for x86-64"}),
    [](auto const& row) { return row.param.name; });

TEST(LoadLinux, PutsEverythingWhereTheProtocolSays) {
  MadeUpKernel const kernel;
  std::vector<std::uint8_t> const initrd(0x1801, 0xab);
  Machine machine;
  auto const start = load_linux({kernel.bytes, initrd, "console=ttyS0"}, machine.ram());
  ASSERT_TRUE(start);
  EXPECT_EQ(start.value().mode, GuestStart::Mode::long64);
  EXPECT_EQ(start.value().rip, 0x100'0200U);
  std::uint64_t const zero_page = start.value().rsi;
  EXPECT_TRUE(std::equal(kernel.bytes.begin() + 2048, kernel.bytes.end(),
                         machine.bytes.begin() + 0x100'0000));
  EXPECT_EQ(machine.get(zero_page + 0x202, 4), 0x5372'6448U);
  EXPECT_EQ(machine.get(zero_page + 0x210, 1), 0xffU);
  EXPECT_EQ(machine.get(zero_page + 0x260, 4), 0x40'0000U) << "within the header";
  EXPECT_EQ(machine.get(zero_page, 8), 0U) << "before the header there is nothing";
  EXPECT_EQ(machine.get(zero_page + 0x268, 8), 0U) << "nor behind";
  std::uint64_t const disk = machine.get(zero_page + 0x218, 4);
  EXPECT_EQ(machine.get(zero_page + 0x21c, 4), 0x1801U);
  EXPECT_EQ(disk, ram_bytes - 0x2000);
  EXPECT_EQ(machine.get(disk + 0x1800, 1), 0xabU);
  std::uint64_t const words = machine.get(zero_page + 0x228, 4);
  EXPECT_STREQ(reinterpret_cast<char const*>(&machine.bytes[words]), "console=ttyS0");
}

TEST(LoadLinux, TellsTheMemoryMap) {
  MadeUpKernel const kernel;
  Machine machine;
  auto const start = load_linux({kernel.bytes, {}, ""}, machine.ram());
  ASSERT_TRUE(start);
  std::uint64_t const table = start.value().rsi + 0x2d0;
  EXPECT_EQ(machine.get(start.value().rsi + 0x1e8, 1), 2U);
  EXPECT_EQ(machine.get(table, 8), 0U);
  EXPECT_EQ(machine.get(table + 8, 8), 0x9'fc00U);
  EXPECT_EQ(machine.get(table + 16, 4), 1U);
  EXPECT_EQ(machine.get(table + 20, 8), 0x10'0000U);
  EXPECT_EQ(machine.get(table + 28, 8), ram_bytes - 0x10'0000);
  EXPECT_EQ(machine.get(table + 36, 4), 1U);
  EXPECT_EQ(machine.get(start.value().rsi + 0x218, 8), 0U) << "no initial RAM disk";
}

TEST(LoadLinux, MemoryMustHoldKernelAndDisk) {
  MadeUpKernel const kernel;
  constexpr std::size_t kernel_end = 0x140'0000;
  std::vector<std::uint8_t> const initrd(0x1001);
  Machine machine;
  std::span const all{machine.bytes};
  EXPECT_TRUE(load_linux({kernel.bytes, {}, ""}, GuestRam{all.first(kernel_end)}));
  EXPECT_TRUE(load_linux({kernel.bytes, initrd, ""}, GuestRam{all.first(kernel_end + 0x2000)}));
  for (std::size_t const size : {kernel_end + 0x1fff, kernel_end, std::size_t{0x100'0000},
                                 std::size_t{0x1000}, std::size_t{0}}) {
    auto const start = load_linux({kernel.bytes, initrd, ""}, GuestRam{all.first(size)});
    ASSERT_FALSE(start) << size;
    EXPECT_EQ(start.error().problem, LoadProblem::memory);
  }
  EXPECT_EQ(line_of({LoadProblem::memory, 16U << 20U, (20U << 20U) + 1}),
            "module linux: needs 21 MiB of RAM, the VM has 16; raise vmN.memory");
}

TEST(LoadLinux, RefusesAPreferredAddressThatIsNoMemory) {
  MadeUpKernel kernel;
  Machine machine;
  for (std::uint64_t const address :
       {std::uint64_t{0}, std::uint64_t{0xf'ffff}, ~std::uint64_t{0}, std::uint64_t{1} << 40U}) {
    kernel.put(0x258, address, 8);
    auto const start = load_linux({kernel.bytes, {}, ""}, machine.ram());
    ASSERT_FALSE(start) << address;
    EXPECT_EQ(start.error().problem, LoadProblem::memory);
  }
}

TEST(LoadLinux, KeepsTheDiskBelowTheKernelsLimit) {
  MadeUpKernel kernel;
  std::vector<std::uint8_t> const initrd(0x1000);
  Machine machine;
  kernel.put(0x22c, 0x17f'ffff, 4);
  auto const start = load_linux({kernel.bytes, initrd, ""}, machine.ram());
  ASSERT_TRUE(start);
  EXPECT_EQ(machine.get(start.value().rsi + 0x218, 4), 0x17f'f000U);
  kernel.put(0x22c, 0x140'0ffe, 4);
  auto const refused = load_linux({kernel.bytes, initrd, ""}, machine.ram());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, LoadProblem::initrd_address);
  EXPECT_EQ(line_of({LoadProblem::initrd_address, 300, 200}),
            "module linux: the kernel takes no initial RAM disk above address 200, this one would "
            "end at 300; use a smaller one");
}

TEST(LoadLinux, CommandLineIsAsLongAsTheKernelTakes) {
  MadeUpKernel kernel;
  Machine machine;
  EXPECT_TRUE(load_linux({kernel.bytes, {}, std::string(2047, 'x')}, machine.ram()));
  auto const refused = load_linux({kernel.bytes, {}, std::string(2048, 'x')}, machine.ram());
  ASSERT_FALSE(refused);
  EXPECT_EQ(line_of(refused.error()),
            "module linux: the command line has 2048 bytes, the kernel takes 2047; shorten "
            "vmN.cmdline");
  kernel.put(0x238, 0xffff'ffff, 4);
  EXPECT_TRUE(load_linux({kernel.bytes, {}, std::string(0x6fff, 'x')}, machine.ram()));
  EXPECT_FALSE(load_linux({kernel.bytes, {}, std::string(0x7000, 'x')}, machine.ram()));
}

/// Run by tests/baremetal with the kernel that is booted there.
TEST(LoadLinux, DISABLED_LoadsTheKernelOfTheEnvironment) {
  char const* const path = std::getenv("ACRN_BZIMAGE");
  ASSERT_NE(path, nullptr);
  std::ifstream file{path, std::ios::binary};
  std::vector<std::uint8_t> const kernel{std::istreambuf_iterator<char>{file}, {}};
  auto const image = parse_linux(kernel);
  ASSERT_TRUE(image) << line_of(image.error());
  EXPECT_GE(image.value().protocol, 0x020f);
  EXPECT_EQ(image.value().preferred_address, 0x100'0000U);
  std::vector<std::uint8_t> memory(256U << 20U);
  auto const start = load_linux({kernel, {}, "quiet"}, GuestRam{memory});
  ASSERT_TRUE(start) << line_of(start.error());
  EXPECT_EQ(start.value().rip, 0x100'0200U);
  auto const half = parse_linux(std::span{kernel}.first(kernel.size() / 2));
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().problem, LoadProblem::kernel_cut);
}

}  // namespace
}  // namespace acrn::baremetal
