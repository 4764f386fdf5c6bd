// SPDX-License-Identifier: BSD-3-Clause
#include "core/vcpu/control_access.hpp"

#include "core/vcpu/control_bits.hpp"

namespace acrn::core {
namespace {

constexpr std::uint64_t high_half = 0xffff'ffff'0000'0000;

constexpr bool has(std::uint64_t value, std::uint64_t bits) noexcept { return (value & bits) != 0; }

/// The reserved bits from MAXPHYADDR on.
constexpr std::uint64_t above(std::uint8_t physical_bits) noexcept {
  return physical_bits >= 64 ? 0 : ~std::uint64_t{0} << physical_bits;
}

constexpr ControlResult refusal() noexcept { return {.refused = true}; }

constexpr bool uses_pae_paging(std::uint64_t cr0, std::uint64_t cr4, std::uint64_t efer) noexcept {
  return has(cr0, cr0::paging) && has(cr4, cr4::physical_address_extension) &&
         !has(efer, efer::long_mode_active);
}

}  // namespace

ControlResult write_cr0(ControlState const& control, std::uint64_t value,
                        SegmentState const& cs) noexcept {
  if (has(value, high_half)) return refusal();
  value = (value & cr0::defined) | cr0::extension_type;
  bool const paging = has(value, cr0::paging);
  bool const paged = has(control.cr0, cr0::paging);
  if (paging && !has(value, cr0::protection_enable)) return refusal();
  if (has(value, cr0::not_write_through) && !has(value, cr0::cache_disable)) return refusal();
  ControlResult result{.write = {.target = ControlRegister::cr0, .value = value}};
  std::uint64_t efer = control.efer;
  if (paging && !paged && has(efer, efer::long_mode_enable)) {
    if (!has(control.cr4, cr4::physical_address_extension) || cs.is_long()) return refusal();
    efer |= efer::long_mode_active;
  } else if (!paging && paged) {
    if (has(efer, efer::long_mode_active) && cs.is_long()) return refusal();
    efer &= ~efer::long_mode_active;
  }
  result.write.efer = efer;
  result.write.efer_change = efer != control.efer ? Change::set : Change::keep;
  std::uint64_t const changed = value ^ control.cr0;
  result.loads_pdptes = uses_pae_paging(value, control.cr4, efer) &&
                        has(changed, cr0::paging | cr0::cache_disable | cr0::not_write_through);
  return result;
}

ControlResult write_cr3(ControlState const& control, std::uint64_t value) noexcept {
  if (has(control.efer, efer::long_mode_active) && has(value, above(control.physical_bits))) {
    return refusal();
  }
  return {.write = {.target = ControlRegister::cr3, .value = value},
          .loads_pdptes = uses_pae_paging(control.cr0, control.cr4, control.efer)};
}

ControlResult write_cr4(ControlState const& control, std::uint64_t value) noexcept {
  if (has(value, cr4::host_owned)) return refusal();
  bool const pae = has(value, cr4::physical_address_extension);
  if (!pae && has(control.efer, efer::long_mode_active)) return refusal();
  constexpr std::uint64_t reloading =
      cr4::physical_address_extension | cr4::page_global | cr4::page_size_extensions | cr4::smep;
  return {.write = {.target = ControlRegister::cr4, .value = value},
          .loads_pdptes = uses_pae_paging(control.cr0, value, control.efer) &&
                          has(value ^ control.cr4, reloading)};
}

ControlResult write_efer(ControlState const& control, std::uint64_t value) noexcept {
  if (has(value, ~efer::defined)) return refusal();
  bool const paged = has(control.cr0, cr0::paging);
  if (paged && has(value ^ control.efer, efer::long_mode_enable)) return refusal();
  // LMA follows LME and PG; what is written to it is ignored.
  value = (value & ~efer::long_mode_active) | (control.efer & efer::long_mode_active);
  return {.write = {.target = ControlRegister::efer,
                    .efer_change = Change::set,
                    .value = value,
                    .efer = value}};
}

std::uint64_t lmsw_value(std::uint64_t cr0, std::uint16_t machine_status) noexcept {
  constexpr std::uint64_t loaded = cr0::monitor_coprocessor | cr0::emulation | cr0::task_switched;
  return (cr0 & ~loaded) | (machine_status & (loaded | cr0::protection_enable));
}

Gpa pdpte_base(ControlState const& control, ControlWrite const& write) noexcept {
  constexpr std::uint64_t base = 0xffff'ffe0;  // bits 31:5
  return {(write.target == ControlRegister::cr3 ? write.value : control.cr3) & base};
}

bool are_valid_pdptes(std::array<std::uint64_t, 4> const& pdptes, std::uint8_t physical_bits) {
  constexpr std::uint64_t present = 1;
  constexpr std::uint64_t reserved_low = 0x1e6;  // bits 8:5 and 2:1
  for (std::uint64_t const entry : pdptes) {
    if (has(entry, present) && has(entry, reserved_low | above(physical_bits))) return false;
  }
  return true;
}

std::uint64_t DebugRegisters::read(std::uint8_t number) const noexcept {
  if (number < addresses_.size()) return addresses_[number];
  return (number & 1U) == 0 ? status_ : control_;
}

bool DebugRegisters::write(std::uint8_t number, std::uint64_t value) noexcept {
  constexpr std::uint64_t status_fixed = 0xffff'0ff0;
  constexpr std::uint64_t status_writable = 0xe00f;  // B0 to B3, BD, BS, BT
  constexpr std::uint64_t control_fixed = 0x400;
  constexpr std::uint64_t control_writable = 0xffff'2bff;  // not bits 10, 12, 14, 15
  if (number < addresses_.size()) {
    addresses_[number] = value;
    return true;
  }
  if (has(value, high_half)) return false;
  if ((number & 1U) == 0) {
    status_ = (value & status_writable) | status_fixed;
  } else {
    control_ = (value & control_writable) | control_fixed;
  }
  return true;
}

}  // namespace acrn::core
