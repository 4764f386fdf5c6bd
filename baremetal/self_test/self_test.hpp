// SPDX-License-Identifier: BSD-3-Clause
// The self-test: named checks that run the same code on the image and on the development machine.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace acrn::baremetal {

/// What a check compares. Keeps the first difference; goes on after it.
class CheckLog {
 public:
  void equal(std::string_view what, std::uint64_t actual, std::uint64_t expected) noexcept {
    if (actual == expected || !passed_) return;
    passed_ = false;
    what_ = what;
    actual_ = actual;
    expected_ = expected;
  }
  void is_true(std::string_view what, std::uint64_t condition) noexcept {
    equal(what, condition != 0 ? 1 : 0, 1);
  }

  [[nodiscard]] bool passed() const noexcept { return passed_; }
  /// Of the first difference: what was compared, and both sides.
  [[nodiscard]] std::string_view what() const noexcept { return what_; }
  [[nodiscard]] std::uint64_t actual() const noexcept { return actual_; }
  [[nodiscard]] std::uint64_t expected() const noexcept { return expected_; }

 private:
  std::string_view what_;
  std::uint64_t actual_{};
  std::uint64_t expected_{};
  bool passed_{true};
};

/// One check: a name that a failure is reported by, and what it does.
struct SelfTestCheck {
  std::string_view name;
  void (*run)(CheckLog& log) noexcept;
};

struct SelfTestResult {
  std::uint32_t checks{};
  std::uint32_t passed{};
};

/// Every check of the self-test.
std::span<SelfTestCheck const> self_test_checks() noexcept;

/// Runs the checks in order and calls `on_failure` for each that fails.
SelfTestResult run_self_test(std::span<SelfTestCheck const> checks,
                             void (*on_failure)(SelfTestCheck const& check,
                                                CheckLog const& log) noexcept) noexcept;

/// The replay digest of 12,000 accesses to the self-test's VM, a third under each profile: the
/// image and every hosted build must come to the same one.
std::uint32_t self_test_digest() noexcept;

}  // namespace acrn::baremetal
