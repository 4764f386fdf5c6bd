// SPDX-License-Identifier: BSD-3-Clause
#include "core/hypercall/hypercalls.hpp"

#include "core/hypercall/call_table.hpp"
#include "core/hypercall/error_numbers.hpp"

namespace acrn::core {

std::span<Hypercalls::Entry const> Hypercalls::entries() noexcept {
  // They are looked for in this order: first what a running VM needs.
  static constexpr std::array table{
      Entry{abi::Hypercall::notify_request_finish, First::vm, &Hypercalls::notify_request_finish},
      Entry{abi::Hypercall::set_irqline, First::vm, &Hypercalls::set_irqline},
      Entry{abi::Hypercall::inject_msi, First::vm, &Hypercalls::inject_msi},
      Entry{abi::Hypercall::get_api_version, First::anything, &Hypercalls::get_api_version},
      Entry{abi::Hypercall::set_callback_vector, First::anything, &Hypercalls::set_callback_vector},
      Entry{abi::Hypercall::create_vm, First::anything, &Hypercalls::create_vm},
      Entry{abi::Hypercall::destroy_vm, First::vm, &Hypercalls::destroy_vm},
      Entry{abi::Hypercall::start_vm, First::vm, &Hypercalls::start_vm},
      Entry{abi::Hypercall::pause_vm, First::vm, &Hypercalls::pause_vm},
      Entry{abi::Hypercall::reset_vm, First::vm, &Hypercalls::reset_vm},
      Entry{abi::Hypercall::set_ioreq_buffer, First::vm, &Hypercalls::set_ioreq_buffer},
      Entry{abi::Hypercall::asyncio_assign, First::vm, &Hypercalls::asyncio_assign},
      Entry{abi::Hypercall::asyncio_deassign, First::vm, &Hypercalls::asyncio_deassign},
      Entry{abi::Hypercall::setup_sbuf, First::anything, &Hypercalls::setup_sbuf},
  };
  return table;
}

HypercallResult Hypercalls::call(HypercallRegisters const& registers, GuestRam const& ram,
                                 std::span<AsyncIo* const, user_vm_count_max> asyncio) {
  using Kind = HypercallResult::Kind;
  if (registers.caller != config_.service_vm) return {.kind = Kind::undefined_opcode};
  if (registers.cpl != 0) return {.kind = Kind::general_protection};
  for (Entry const& entry : entries()) {
    if (registers.id != static_cast<std::uint64_t>(entry.id)) continue;
    Call call{.registers = registers, .ram = ram, .asyncio = asyncio, .vm = nullptr};
    if (entry.first == First::vm) {
      call.vm = find(registers.first);
      if (call.vm == nullptr) return {.kind = Kind::returned, .rax = errors::refused};
      call.effect.vm = {static_cast<std::uint16_t>(registers.first)};
    }
    std::int32_t const rax = (this->*entry.handler)(call);
    if (rax != 0) return {.kind = Kind::returned, .rax = rax};
    return {.kind = Kind::returned, .rax = 0, .effect = call.effect};
  }
  return {.kind = Kind::returned, .rax = errors::not_a_call};
}

UserVm const* Hypercalls::vm(VmId vm) const noexcept {
  return vm.value == 0 || vm.value > vms_.size() ? nullptr : &vms_[vm.value - 1U];
}

AsyncIo& Hypercalls::asyncio(Call& call) noexcept {
  return *call.asyncio[call.effect.vm.value - 1U];
}

std::int32_t Hypercalls::get_api_version(Call& call) {
  abi::ApiVersion const version{.major = abi::api_version_major, .minor = abi::api_version_minor};
  return call.ram.store(call.registers.first, version) ? 0 : errors::bad_address;
}

std::int32_t Hypercalls::set_callback_vector(Call& call) {
  constexpr std::uint64_t first = 0x20;  // below are the CPU's own
  constexpr std::uint64_t last = 0xff;
  std::uint64_t const vector = call.registers.first;
  if (vector < first || vector > last) return errors::invalid_argument;
  callback_vector_ = static_cast<std::uint8_t>(vector);
  call.effect.kind = HypercallEffect::Kind::callback_vector;
  call.effect.vector = callback_vector_;
  return 0;
}

std::string_view name(abi::Hypercall call) noexcept {
  CallInfo const* const row = find_call(static_cast<std::uint64_t>(call));
  return row == nullptr ? std::string_view{"?"} : row->name;
}

}  // namespace acrn::core
