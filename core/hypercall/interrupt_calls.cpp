// SPDX-License-Identifier: BSD-3-Clause
// The calls that tell a VM something: a completed request, an interrupt line, a message.
#include "core/bits.hpp"
#include "core/hypercall/error_numbers.hpp"
#include "core/hypercall/hypercalls.hpp"
#include "core/ioreq/page.hpp"

namespace acrn::core {

std::int32_t Hypercalls::notify_request_finish(Call& call) {
  UserVm const& vm = *call.vm;
  auto const vcpu = checked_vcpu(call.registers.second, vm.vcpu_count);
  if (!may_touch(vm) || !vm.has_page || !vcpu) return errors::refused;
  if (vm.completion == Completion::polling) return 0;  // it looks by itself
  call.effect.kind = HypercallEffect::Kind::notify_vcpu;
  call.effect.vcpu = *vcpu;
  return 0;
}

std::int32_t Hypercalls::set_irqline(Call& call) {
  std::uint64_t const line = bits<31, 0>(call.registers.second);
  std::uint64_t const operation = bits<63, 32>(call.registers.second);
  if (!may_touch(*call.vm) || line >= config_.irq_line_count ||
      operation > static_cast<std::uint64_t>(LineOperation::falling_pulse)) {
    return errors::refused;
  }
  call.effect.kind = HypercallEffect::Kind::irq_line;
  call.effect.line = {static_cast<std::uint16_t>(line)};
  call.effect.operation = static_cast<LineOperation>(operation);
  return 0;
}

std::int32_t Hypercalls::inject_msi(Call& call) {
  abi::MsiEntry entry;
  if (!may_touch(*call.vm) || !call.ram.load(call.registers.second, entry)) return errors::refused;
  auto const msi = decode_msi(entry.address, entry.data);
  if (!msi) return errors::refused;
  call.effect.kind = HypercallEffect::Kind::inject_msi;
  call.effect.msi = *msi;
  return 0;
}

}  // namespace acrn::core
