// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/boot/boot_information.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/unit/baremetal/boot/boot_bytes.hpp"

namespace acrn::baremetal {
namespace {

using test::BootBytes;
using test::small_map;
using Error = BootInformationError;
using Bytes = std::vector<std::uint8_t>;

std::optional<Error> error_of(Bytes const& bytes) {
  auto const result = BootInformation::parse(bytes);
  return result ? std::nullopt : std::optional{result.error()};
}

/// Keeps the bytes that the views point into.
struct Parsed {
  explicit Parsed(Bytes source) : bytes{std::move(source)} {
    auto const result = BootInformation::parse(bytes);
    EXPECT_TRUE(result.has_value());
    if (result) information = *result;
  }
  Bytes bytes;
  BootInformation information{};
};

TEST(BootInformation, HasCommandLineModulesMapAndRootPointer) {
  std::string const old_pointer(20, 'o');
  std::string const new_pointer(36, 'n');
  Parsed const parsed{BootBytes{}
                          .tag(9, "odd")
                          .command_line("cpus=2 a")
                          .module(0x200000, 0x200010, "config")
                          .module(0x300000, 0x300000, "  kernel  quiet  splash")
                          .tag(15, new_pointer)
                          .tag(14, old_pointer)
                          .map(small_map)
                          .finish()};
  BootInformation const& information = parsed.information;
  EXPECT_EQ(information.command_line(), "cpus=2 a");
  ASSERT_EQ(information.modules().size(), 2U);
  EXPECT_EQ(information.modules()[0].name, "config");
  EXPECT_EQ(information.modules()[0].arguments, "");
  EXPECT_EQ(reinterpret_cast<std::uint64_t>(information.modules()[0].bytes.data()), 0x200000U);
  EXPECT_EQ(information.modules()[0].bytes.size(), 16U);
  EXPECT_EQ(information.modules()[1].name, "kernel");
  EXPECT_EQ(information.modules()[1].arguments, "quiet  splash");
  EXPECT_TRUE(information.modules()[1].bytes.empty());
  ASSERT_EQ(information.memory_map().size(), 3U);
  EXPECT_EQ(information.memory_map()[1].begin, 0xf0000U);
  EXPECT_EQ(information.memory_map()[1].end, 0x100000U);
  EXPECT_EQ(information.memory_map()[1].kind, MemoryKind::reserved);
  EXPECT_EQ(information.rsdp().size(), 36U);  // the newer one, whatever the order
  EXPECT_EQ(information.bytes().size(), parsed.bytes.size());
}

TEST(BootInformation, WithoutCommandLineAndAcpiHasNone) {
  Parsed const parsed{BootBytes{}.map(small_map).finish()};
  EXPECT_EQ(parsed.information.command_line(), "");
  EXPECT_TRUE(parsed.information.modules().empty());
  EXPECT_TRUE(parsed.information.rsdp().empty());
}

TEST(BootInformation, FindsModulesByName) {
  Parsed const parsed{BootBytes{}
                          .module(0x1000, 0x2000, "a one")
                          .module(0x3000, 0x4000, "b")
                          .module(0x5000, 0x6000, "a two")
                          .map(small_map)
                          .finish()};
  ASSERT_NE(parsed.information.find_module("a"), nullptr);
  EXPECT_EQ(parsed.information.find_module("a")->arguments, "one");
  EXPECT_EQ(parsed.information.find_module("c"), nullptr);
  EXPECT_EQ(parsed.information.find_module(""), nullptr);
}

TEST(BootInformation, CommandLineWithoutNulEndsWithItsTag) {
  EXPECT_EQ(Parsed(BootBytes{}.tag(1, "abc").map(small_map).finish()).information.command_line(),
            "abc");
}

TEST(BootInformation, RefusesTotalSizesThatCannotBe) {
  Bytes const good = BootBytes{}.map(small_map).finish();
  auto const size = static_cast<std::uint32_t>(good.size());
  for (std::uint32_t const claimed : {0U, 8U, 15U, size + 1, 0x8000'0000U, ~0U}) {
    EXPECT_EQ(error_of(BootBytes{}.map(small_map).tag(0, "").finish(claimed)),
              Error::size_impossible)
        << claimed;
  }
  EXPECT_EQ(error_of(Bytes(7)), Error::size_impossible);
  EXPECT_EQ(error_of({}), Error::size_impossible);
}

TEST(BootInformation, RefusesTagSizesThatCannotBe) {
  for (std::uint32_t const size : {0U, 1U, 7U, 0x7fff'ffffU, 0xffff'fff8U, ~0U}) {
    EXPECT_EQ(error_of(BootBytes{}.tag(1, "abc", size).map(small_map).finish()),
              Error::tag_impossible)
        << size;
  }
  EXPECT_EQ(error_of(BootBytes{}.tag(3, "1234567").finish()), Error::tag_impossible);
  EXPECT_EQ(error_of(BootBytes{}.tag(6, "1234567").finish()), Error::tag_impossible);
  EXPECT_EQ(error_of(BootBytes{}.tag(14, std::string(19, 'x')).finish()), Error::tag_impossible);
  EXPECT_EQ(error_of(BootBytes{}.tag(15, std::string(35, 'x')).finish()), Error::tag_impossible);
}

TEST(BootInformation, NeedsEndTagAndMemoryMap) {
  EXPECT_EQ(error_of(BootBytes{}.map(small_map).finish(8 + 16 + 3 * 24)), Error::no_end_tag);
  EXPECT_EQ(error_of(BootBytes{}.command_line("a").finish()), Error::no_memory_map);
  EXPECT_EQ(error_of(BootBytes{}.map({}).finish()), Error::no_memory_map);
}

TEST(BootInformation, RefusesMapsWithShortOrPartialRows) {
  EXPECT_EQ(error_of(BootBytes{}.map(small_map, 20).finish()), Error::map_rows_impossible);
  EXPECT_EQ(error_of(BootBytes{}.map(small_map, 0).finish()), Error::map_rows_impossible);
  std::string const partial =
      test::little_endian(24U) + test::little_endian(0U) + std::string(25, 'x');
  EXPECT_EQ(error_of(BootBytes{}.tag(6, partial).finish()), Error::map_rows_impossible);
  EXPECT_EQ(Parsed(BootBytes{}.map(small_map, 40).finish()).information.memory_map()[2].begin,
            0x100000U);
}

TEST(BootInformation, RefusesTooManyAndImpossibleModules) {
  BootBytes most;
  for (unsigned i = 0; i < BootInformation::module_count_max; ++i) most.module(0x1000, 0x2000, "m");
  EXPECT_EQ(error_of(BootBytes{most}.map(small_map).finish()), std::nullopt);
  EXPECT_EQ(error_of(most.module(0x1000, 0x2000, "m").map(small_map).finish()),
            Error::too_many_modules);
  EXPECT_EQ(error_of(BootBytes{}.module(0x2000, 0x1fff, "m").finish()), Error::module_impossible);
  EXPECT_EQ(error_of(BootBytes{}.module(0, 0x1000, "m").finish()), Error::module_impossible);
  EXPECT_EQ(error_of(BootBytes{}.module(0, 0, "empty").map(small_map).finish()), std::nullopt);
}

TEST(BootInformation, StaysInsideEveryCut) {
  Bytes const whole =
      BootBytes{}.command_line("a=b").module(0x1000, 0x2000, "m").map(small_map).finish();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Bytes const cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(error_of(cut), Error::size_impossible) << size;
    if (size < 16) continue;
    Bytes honest = cut;
    honest[0] = static_cast<std::uint8_t>(size);
    EXPECT_TRUE(error_of(honest).has_value()) << size;
  }
}

TEST(BootInformation, HasASentenceForEachError) {
  for (std::uint8_t error = 0; error <= static_cast<std::uint8_t>(Error::module_impossible);
       ++error) {
    EXPECT_NE(sentence(Error{error}).find("; "), std::string_view::npos) << unsigned{error};
  }
}

TEST(MemoryMap, CutsRowsThatReachBeyondTheAddressSpace) {
  Parsed const parsed{
      BootBytes{}.map({{~0ULL - 4095, 8192, 1}, {4096, ~0ULL, 1}, {0, 0, 1}}).finish()};
  MemoryMap const map = parsed.information.memory_map();
  EXPECT_EQ(map[0].end, ~0ULL);
  EXPECT_EQ(map[1].end, ~0ULL);
  EXPECT_EQ(map[2].end, 0U);
}

TEST(MemoryMap, TakesUnknownKindsAsReserved) {
  Parsed const parsed{
      BootBytes{}.map({{0, 1, 0}, {0, 1, 1}, {0, 1, 3}, {0, 1, 4}, {0, 1, 5}, {0, 1, 6}}).finish()};
  MemoryMap const map = parsed.information.memory_map();
  EXPECT_EQ(map[0].kind, MemoryKind::reserved);
  EXPECT_EQ(map[1].kind, MemoryKind::available);
  EXPECT_EQ(map[2].kind, MemoryKind::acpi_reclaimable);
  EXPECT_EQ(map[3].kind, MemoryKind::acpi_nvs);
  EXPECT_EQ(map[4].kind, MemoryKind::defective);
  EXPECT_EQ(map[5].kind, MemoryKind::reserved);
}

}  // namespace
}  // namespace acrn::baremetal
