// SPDX-License-Identifier: BSD-3-Clause
// core's executor against the CPU that this runs on: the same instruction with the same registers,
// flags and memory. ACRN_NATIVE_CASES sets the number of cases, ACRN_TEST_SEED the seed;
// ACRN_NATIVE_FIRST sets the number of the first case, to repeat one that was reported.
#include <gtest/gtest.h>

#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "core/insn/alu.hpp"
#include "core/insn/opcode_table.hpp"
#include "tests/differential/native/case_source.hpp"
#include "tests/differential/native/comparison.hpp"
#include "tests/differential/native/coverage.hpp"
#include "tests/differential/native/cpu_features.hpp"
#include "tests/differential/native/defined_flags.hpp"
#include "tests/differential/native/instruction_head.hpp"
#include "tests/differential/native/model_runner.hpp"
#include "tests/differential/native/native_runner.hpp"
#include "tests/support/seed.hpp"

namespace acrn::tests {
namespace {

constexpr std::uint64_t usual_seed = 0x5AFE'0C0D'E000'0001;
constexpr std::uint64_t usual_case_count = 50'000;
constexpr std::uint64_t complete_case_count = 20'000;  ///< meets every row in every size

std::uint64_t number_from(char const* variable, std::uint64_t usual) {
  char const* const wanted = std::getenv(variable);
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 0) : usual;
}

/// A row in code of one size.
struct Subject {
  std::uint16_t form{};
  core::CodeSize code{};
};

/// Why the row cannot be run in that code; null if it can.
char const* obstacle(Subject subject, Region const& region, CpuFeatures const& features) {
  if (subject.code == core::CodeSize::bits16 && !region.has_ldt()) return "the kernel has no LDT";
  return missing_feature(core::opcode_forms.at(subject.form), features);
}

std::vector<Subject> runnable(Region const& region, CpuFeatures const& features,
                              Coverage& coverage) {
  std::vector<Subject> subjects;
  for (std::uint16_t form = 0; form < core::opcode_forms.size(); ++form) {
    for (core::CodeSize const code :
         {core::CodeSize::bits16, core::CodeSize::bits32, core::CodeSize::bits64}) {
      if (!exists_in(core::opcode_forms.at(form), code)) continue;
      Subject const subject{form, code};
      char const* const why = obstacle(subject, region, features);
      if (why == nullptr) {
        subjects.push_back(subject);
      } else {
        coverage.skip(form, code, why);
      }
    }
  }
  return subjects;
}

/// Runs cases on both, and counts.
class Duel {
 public:
  Duel(Region const& region, CpuFeatures const& features, std::uint64_t seed)
      : source_{region, seed},
        native_{region, features},
        model_{region},
        vector_bytes_{features.avx ? 32U : 16U} {}

  void run(std::uint64_t number, Subject subject) {
    auto const test = source_.draw(number, subject.form, subject.code);
    if (!test) {
      ++undrawn_;
      return;
    }
    Outcome const expected = native_.run(*test);
    coverage.add(*test, expected);
    std::string const text = difference(*test, expected, model_.run(*test), vector_bytes_);
    if (text.empty()) return;
    ++differences_;
    constexpr std::uint64_t shown = 20;
    if (differences_ > shown) return;
    ADD_FAILURE() << "case " << number << ", " << describe(*test) << ": " << text;
  }

  [[nodiscard]] std::uint64_t differences() const { return differences_; }
  [[nodiscard]] std::uint64_t undrawn() const { return undrawn_; }
  Coverage coverage{};

 private:
  CaseSource source_;
  NativeRunner native_;
  ModelRunner model_;
  unsigned vector_bytes_;
  std::uint64_t differences_{};
  std::uint64_t undrawn_{};
};

TEST(ExecuteAgainstCpu, AgreesOnRandomInstructions) {
  std::uint64_t const seed = announced_seed(usual_seed);
  std::string error;
  std::unique_ptr<Region> const region = Region::create(error);
  if (!region) GTEST_SKIP() << error;
  CpuFeatures const features = cpu_features();
  auto const duel = std::make_unique<Duel>(*region, features, seed);
  std::vector<Subject> const subjects = runnable(*region, features, duel->coverage);
  std::uint64_t const count = number_from("ACRN_NATIVE_CASES", usual_case_count);
  std::uint64_t const first = number_from("ACRN_NATIVE_FIRST", 0);
  for (std::uint64_t i = first; i < first + count; ++i) {
    duel->run(i, subjects.at(i % subjects.size()));
  }
  duel->coverage.print();
  std::printf("%" PRIu64 " cases, %" PRIu64 " differences, %" PRIu64 " not drawn\n", count,
              duel->differences(), duel->undrawn());
  EXPECT_EQ(duel->differences(), 0U);
  EXPECT_EQ(duel->undrawn(), 0U);
  if (count < complete_case_count) return;
  for (std::string const& missing : duel->coverage.missing())
    ADD_FAILURE() << "no case: " << missing;
}

/// The mask of defined flags that core's own tests rely on.
TEST(ExecuteAgainstCpu, AgreesWithTheManualOnDefinedFlags) {
  for (unsigned code = 0; code <= static_cast<unsigned>(core::Operation::sar); ++code) {
    auto const operation = static_cast<core::Operation>(code);
    for (std::uint8_t const size :
         {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{4}, std::uint8_t{8}}) {
      for (unsigned count = 0; count < 256; ++count) {
        auto const result = core::alu(operation, {.a = 5, .b = count, .size = size});
        ASSERT_EQ(result.defined, defined_flags(operation, size, count))
            << "operation " << code << ", size " << unsigned{size} << ", count " << count;
      }
    }
  }
}

}  // namespace
}  // namespace acrn::tests
