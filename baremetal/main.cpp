// SPDX-License-Identifier: BSD-3-Clause
// What the image does after boot: banner, memory, CPUs, self-test of the core, the
// configured VMs, orderly end.
#include <cstdint>
#include <optional>
#include <string_view>

#include "baremetal/boot/boot_information.hpp"
#include "baremetal/config/configuration.hpp"
#include "baremetal/hypervisor/run.hpp"
#include "baremetal/machine/com1.hpp"
#include "baremetal/machine/crash.hpp"
#include "baremetal/machine/finish.hpp"
#include "baremetal/machine/start.hpp"
#include "baremetal/self_test/self_test.hpp"
#include "baremetal/vmx/enable.hpp"
#include "baremetal/vmx_test/vmx_test.hpp"

extern "C" [[noreturn]] void hv_main(std::uint8_t const* boot_information) noexcept;

namespace acrn::baremetal {
namespace {

void print_failure(SelfTestCheck const& check, CheckLog const& log) noexcept {
  print("hv: self-test: ");
  print(check.name);
  print(" failed: ");
  print(log.what());
  print(": got ");
  print_hex(log.actual(), 16);
  print(", expected ");
  print_hex(log.expected(), 16);
  print("\n");
}

Verdict test_itself() noexcept {
  SelfTestResult const result = run_self_test(self_test_checks(), print_failure);
  print("hv: self-test: ");
  print_decimal(result.checks);
  print(" checks, ");
  print_decimal(result.passed);
  print(" passed\nhv: self-test: digest ");
  print_hex(self_test_digest(), 8);
  print("\n");
  return result.passed == result.checks ? Verdict::passed : Verdict::failed;
}

/// Whether guests could run here.
void tell_vmx() noexcept {
  std::optional<VmxRefusal> const refusal = missing_for_guests(read_vmx_capabilities());
  print("hv: VMX: ");
  print(refusal ? sentence(*refusal) : "all that guests need is there");
  print("\n");
}

}  // namespace
}  // namespace acrn::baremetal

void hv_main(std::uint8_t const* boot_information) noexcept {
  using namespace acrn::baremetal;
  Machine const& machine = start_machine(boot_information);
  crash_if_asked(machine.configuration);
  if (test_itself() == Verdict::failed) finish(Verdict::failed);
  if (machine.configuration.test == ImageTest::vmx) finish(test_vmx());
  if (machine.configuration.vm_count != 0) finish(run_vms(machine.configuration, machine.boot));
  tell_vmx();
  finish(Verdict::passed);
}
