// SPDX-License-Identifier: BSD-3-Clause
// core's decoder against Zydis: over all opcodes, and on byte strings drawn at random.
// ACRN_DECODE_CASES sets the number of byte strings, ACRN_TEST_SEED the seed. If
// ACRN_WRITE_UNSUPPORTED is set, the sweep writes unsupported.txt anew instead of comparing.
#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include "tests/differential/zydis/byte_source.hpp"
#include "tests/differential/zydis/judge.hpp"
#include "tests/differential/zydis/sweep.hpp"
#include "tests/support/data.hpp"
#include "tests/support/seed.hpp"

namespace acrn::tests {
namespace {

constexpr std::uint64_t usual_seed = 0x5AFE'DEC0'DE00'0001;
constexpr std::uint64_t usual_case_count = 200'000;

std::uint64_t case_count() {
  char const* const wanted = std::getenv("ACRN_DECODE_CASES");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 0) : usual_case_count;
}

std::filesystem::path list_path() {
  return source_dir() / "tests/differential/zydis/unsupported.txt";
}

/// The committed list: one key per line, lines with # are comments.
std::set<std::string> allowed_unsupported() {
  std::ifstream file{list_path()};
  std::set<std::string> allowed;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.front() != '#') allowed.insert(line);
  }
  return allowed;
}

void write_unsupported(Tally const& tally) {
  std::ofstream file{list_path()};
  file << "# What Zydis decodes and core has no row for: mnemonics, those with a memory operand\n"
          "# marked; encodings of which core has nothing. Written by the sweep, see README.md.\n";
  for (std::string_view const encoding : unsupported_encodings) file << encoding << '\n';
  for (auto const& entry : tally.by_mnemonic) file << entry.first << '\n';
  ASSERT_TRUE(file.flush()) << list_path();
}

void print(Tally const& tally) {
  std::printf("%" PRIu64 " byte strings: %" PRIu64 " decoded alike, %" PRIu64
              " refused by both, %" PRIu64 " unsupported here, %" PRIu64
              " need more bytes, %" PRIu64 " too long, %" PRIu64 " disagreements\n",
              tally.cases, tally.decoded, tally.refused, tally.unsupported, tally.need_more,
              tally.too_long, tally.wrong);
  for (auto const& [exception, count] : tally.by_exception) {
    std::printf("Zydis differs as expected, %s: %" PRIu64 "\n", exception.c_str(), count);
  }
  std::printf("unsupported, as Zydis calls them:\n");
  for (auto const& [key, count] : tally.by_mnemonic) {
    std::printf("  %s: %" PRIu64 "\n", key.c_str(), count);
  }
}

void expect_agreement(Tally const& tally) {
  print(tally);
  EXPECT_EQ(tally.wrong, 0U);
  for (std::string const& example : tally.examples) ADD_FAILURE() << example;
  std::set<std::string> const allowed = allowed_unsupported();
  for (auto const& [key, cases] : tally.by_mnemonic) {
    EXPECT_TRUE(allowed.count(key) != 0)
        << key << " is unsupported (" << cases << " cases), but not on the list unsupported.txt";
  }
  for (std::size_t form = 0; form < core::opcode_forms.size(); ++form) {
    EXPECT_GT(tally.by_form[form], 0U)
        << "row " << form << ", " << core::opcode_forms[form].mnemonic << ", was never decoded";
  }
}

TEST(DecodeAgainstZydis, AgreesOnRandomByteStrings) {
  ByteSource source{announced_seed(usual_seed)};
  Judge judge;
  std::uint64_t const count = case_count();
  ASSERT_GE(count, 20'000U) << "ACRN_DECODE_CASES is too small to meet every row of the table";
  for (std::uint64_t i = 0; i < count; ++i) judge.judge(source.next());
  expect_agreement(judge.tally());
}

TEST(DecodeAgainstZydis, AgreesOnEveryOpcodeOfEveryMap) {
  Judge judge;
  std::uint64_t const count = sweep([&judge](ByteString const& input) { judge.judge(input); });
  EXPECT_EQ(judge.tally().cases, count);
  if (std::getenv("ACRN_WRITE_UNSUPPORTED") != nullptr) {
    write_unsupported(judge.tally());
    return;
  }
  expect_agreement(judge.tally());
  std::set<std::string> listed = allowed_unsupported();
  for (std::string_view const encoding : unsupported_encodings) {
    EXPECT_EQ(listed.erase(std::string{encoding}), 1U) << encoding;
  }
  for (std::string const& key : listed) {
    EXPECT_EQ(judge.tally().by_mnemonic.count(key), 1U)
        << key << " is on the list unsupported.txt, but no longer unsupported";
  }
}

}  // namespace
}  // namespace acrn::tests
