// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/self_test/self_test.hpp"

#include <array>

#include "baremetal/self_test/checks.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::array checks{
    SelfTestCheck{"runtime.memory", check_memory_functions},
    SelfTestCheck{"wire.crc32c", check_crc32c},
    SelfTestCheck{"wire.digest", check_digest},
    SelfTestCheck{"core.handled_port", check_handled_port},
    SelfTestCheck{"core.forwarded_port", check_forwarded_port},
    SelfTestCheck{"core.in32", check_in32},
    SelfTestCheck{"core.mmio", check_mmio},
    SelfTestCheck{"core.overlap", check_overlap},
    SelfTestCheck{"core.unclaimed", check_unclaimed},
    SelfTestCheck{"core.spans", check_spans},
    SelfTestCheck{"core.pci_config", check_pci_config},
    SelfTestCheck{"core.late_completion", check_late_completion},
};

}  // namespace

std::span<SelfTestCheck const> self_test_checks() noexcept { return checks; }

SelfTestResult run_self_test(std::span<SelfTestCheck const> checks_to_run,
                             void (*on_failure)(SelfTestCheck const& check,
                                                CheckLog const& log) noexcept) noexcept {
  SelfTestResult result{};
  for (SelfTestCheck const& check : checks_to_run) {
    CheckLog log;
    check.run(log);
    ++result.checks;
    if (log.passed()) {
      ++result.passed;
    } else {
      on_failure(check, log);
    }
  }
  return result;
}

}  // namespace acrn::baremetal
