// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/hypervisor/end_report.hpp"

#include <string_view>

#include "baremetal/machine/com1.hpp"
#include "core/emulate/step.hpp"
#include "core/insn/names.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::uint32_t refusals_told_max = 8;

/// "16-bit", "32-bit" or "64-bit" code.
std::string_view code_mode(core::SegmentState const& code) noexcept {
  if (code.is_long()) return "64-bit";
  return code.is_big() ? "32-bit" : "16-bit";
}

}  // namespace

GuestEndReport guest_end_of(core::VcpuStop stop) noexcept {
  switch (stop.kind) {
    case core::StopKind::none:
      return {};
    case core::StopKind::triple_fault:
      return {.end = GuestEnd::triple_fault};
    case core::StopKind::reset:
      return {.end = GuestEnd::reset};
    case core::StopKind::power_off:
    case core::StopKind::suspend:
      return {.end = GuestEnd::power_off};
    case core::StopKind::test_exit:
      return {.end = GuestEnd::test_exit, .code = stop.code};
    case core::StopKind::unsupported_exit:
      return {.end = GuestEnd::unsupported_exit, .code = stop.code};
    case core::StopKind::event_delivery:
      return {.end = GuestEnd::event_delivery, .code = stop.code};
  }
  return {.end = GuestEnd::unsupported_exit};
}

void tell_refusal(GuestVm& vm) noexcept {
  core::Refusal const refusal = vm.vcpu.refusal();
  if (refusal.why == core::Unsupported::none && refusal.decode == core::DecodeReason::none) return;
  if (vm.refusals_told == refusals_told_max) return;
  ++vm.refusals_told;
  print("hv: ");
  print(vm.name);
  print(": not emulated: ");
  print(refusal.why != core::Unsupported::none ? name(refusal.why) : name(refusal.decode));
  print(" in ");
  print(code_mode(vm.cpu.segment(core::Segment::cs)));
  print(" code at rip ");
  print_hex(vm.cpu.rip(), 16);
  if (!refusal.bytes.empty()) print(", bytes");
  for (std::uint8_t const byte : refusal.bytes) {
    print(" ");
    print_hex(byte, 2);
  }
  print("; the guest gets #UD\n");
}

void tell_entry_failure(GuestVm const& vm) noexcept {
  EntryFailure const& failure = vm.cpu.failure();
  print("hv: ");
  print(vm.name);
  print(": ");
  print(sentence(failure.kind));
  print(" (");
  print_hex(failure.number, 8);
  if (failure.kind == EntryFailureKind::instruction) {
    print(", ");
    print(instruction_error_name(failure.number));
  } else {
    print(", qualification ");
    print_hex(failure.qualification, 16);
  }
  print(")");
  if (!failure.rule.empty()) {
    print("; first violated rule: ");
    print(failure.rule);
  }
  print("\n");
}

void tell_end(GuestVm const& vm) noexcept {
  print("hv: ");
  print(vm.name);
  print(": ended: ");
  print(name(vm.end));
  if (vm.end == GuestEnd::test_exit || vm.end == GuestEnd::unsupported_exit ||
      vm.end == GuestEnd::event_delivery) {
    print(", code ");
    print_decimal(vm.end_code);
  }
  print(", ");
  print_decimal(vm.entries);
  print(" entries\n");
  if (!vm.recorder.is_on()) return;
  RecorderCounts const& counts = vm.recorder.counts();
  print("hv: ");
  print(vm.name);
  print(": captured ");
  print_decimal(counts.exits);
  print(" exits, ");
  print_decimal(counts.accesses);
  print(" accesses, ");
  print_decimal(counts.bytes);
  print(" bytes, ");
  print_decimal(counts.dropped);
  print(" rows dropped\nhv: ");
  print(vm.name);
  print(": digest ");
  print_hex(vm.recorder.digest().value(), 8);
  print("\n");
}

}  // namespace acrn::baremetal
