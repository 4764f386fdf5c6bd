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

  /// All that the CPU and the kernel let run; counts the others as skipped.
  std::vector<Subject> runnable(CpuFeatures const& features) {
    std::vector<Subject> subjects;
    for (core::CodeSize const code :
         {core::CodeSize::bits16, core::CodeSize::bits32, core::CodeSize::bits64}) {
      bool const possible = native_.can_run(code);
      for (std::uint16_t form = 0; form < core::opcode_forms.size(); ++form) {
        core::OpcodeForm const& row = core::opcode_forms.at(form);
        if (!exists_in(row, code)) continue;
        char const* const lack =
            possible ? missing_feature(row, features) : "a code segment that the kernel allows";
        if (lack == nullptr) {
          subjects.push_back({form, code});
        } else {
          coverage.skip(form, code, lack);
        }
      }
    }
    return subjects;
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
  std::vector<Subject> const subjects = duel->runnable(features);
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
