// SPDX-License-Identifier: BSD-3-Clause
// The calls that tell a VM something: a completed request, an interrupt line, a message.
#include "core/bits.hpp"
#include "core/hypercall/error_numbers.hpp"
#include "core/hypercall/hypercalls.hpp"
#include "core/ioreq/page.hpp"

namespace acrn::core {

std::int32_t Hypercalls::notify_request_finish(Call& call) {
  RequestNotice const notice = request_notice(call.registers.first, call.registers.second);
  if (notice.wakes) {
    call.effect.kind = HypercallEffect::Kind::notify_vcpu;
    call.effect.vcpu = notice.vcpu;
  }
  return notice.rax;
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
