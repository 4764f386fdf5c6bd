// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/local_apic.hpp"

#include <algorithm>

#include "baremetal/machine/cpu.hpp"
#include "baremetal/machine/paging.hpp"
#include "baremetal/machine/port_io.hpp"
#include "baremetal/machine/tsc.hpp"
#include "core/check.hpp"

extern "C" {
/// For vectors.S: the address of the register that ends an interrupt; in x2APIC mode, its MSR.
std::uint64_t hv_end_of_interrupt{};
}

namespace acrn::baremetal {
namespace {

// Registers by their offset in the xAPIC's page; in x2APIC mode register `offset` is MSR 800H +
// offset / 10H. Source: Intel SDM vol. 3A (Sep 2023), tables 11-1 and 11-6.
enum class Register : std::uint32_t {
  id = 0x020,
  task_priority = 0x080,
  end_of_interrupt = 0x0b0,
  spurious = 0x0f0,
  error_status = 0x280,
  command_low = 0x300,
  command_high = 0x310,  // xAPIC only; x2APIC has all 64 bits in command_low
  timer = 0x320,
  thermal = 0x330,
  performance = 0x340,
  lint0 = 0x350,
  error = 0x370,
  initial_count = 0x380,
  current_count = 0x390,
  divide = 0x3e0,
};

constexpr std::uint32_t msr_apic_base = 0x1b;
constexpr std::uint32_t msr_tsc_deadline = 0x6e0;
constexpr std::uint32_t msr_x2apic_first = 0x800;
constexpr std::uint64_t apic_base_x2apic = 1U << 10U;
constexpr std::uint64_t apic_base_enable = 1U << 11U;
constexpr std::uint64_t apic_base_address = 0x000f'ffff'ffff'f000;
constexpr std::uint32_t feature_apic = 1U << 9U;           // CPUID leaf 1, EDX
constexpr std::uint32_t feature_x2apic = 1U << 21U;        // CPUID leaf 1, ECX
constexpr std::uint32_t feature_tsc_deadline = 1U << 24U;  // CPUID leaf 1, ECX
constexpr std::uint32_t masked = 1U << 16U;
constexpr std::uint32_t timer_tsc_deadline = 2U << 17U;
constexpr std::uint32_t software_enable = 1U << 8U;
constexpr std::uint32_t delivery_pending = 1U << 12U;
constexpr std::uint32_t only_self = 1U << 18U;
constexpr std::uint32_t all_but_self = 3U << 18U;
constexpr std::uint32_t divide_by_16 = 0x3;
constexpr std::uint32_t polls_max = 1U << 20U;

constinit LocalApic mode{LocalApic::absent};
constinit std::uint64_t registers{};
// Ticks of the timer in a second; 0 where it compares with the TSC.
constinit std::uint64_t timer_hz{};

std::uint32_t volatile* place_of(Register which) noexcept {
  return reinterpret_cast<std::uint32_t volatile*>(registers + static_cast<std::uint32_t>(which));
}

std::uint32_t msr_of(Register which) noexcept {
  return msr_x2apic_first + (static_cast<std::uint32_t>(which) >> 4U);
}

std::uint32_t read(Register which) noexcept {
  return mode == LocalApic::x2apic ? static_cast<std::uint32_t>(read_msr(msr_of(which)))
                                   : *place_of(which);
}

void write(Register which, std::uint32_t value) noexcept {
  if (mode == LocalApic::x2apic) {
    write_msr(msr_of(which), value);
  } else {
    *place_of(which) = value;
  }
}

/// The previous message must have left before the next is written.
void wait_until_sent() noexcept {
  for (std::uint32_t poll = 0; poll < polls_max; ++poll) {
    if ((read(Register::command_low) & delivery_pending) == 0) return;
    __builtin_ia32_pause();
  }
}

[[gnu::noinline]] void send_by_memory(std::uint32_t apic_id, std::uint32_t command) noexcept {
  wait_until_sent();
  write(Register::command_high, apic_id << 24U);
  write(Register::command_low, command);
  wait_until_sent();
}

/// The 8259 chips would deliver on the vectors of exceptions. Documentation: Intel 8259A data sheet
/// (1988), "Operation Control Words".
void mask_8259() noexcept {
  out8(core::Port{0x21}, 0xff);
  out8(core::Port{0xa1}, 0xff);
}

}  // namespace

LocalApic find_local_apic() noexcept {
  mask_8259();
  CpuidResult const features = cpuid(1);
  if ((features.edx & feature_apic) == 0) return mode;
  registers = read_msr(msr_apic_base) & apic_base_address;
  mode = (features.ecx & feature_x2apic) != 0 ? LocalApic::x2apic : LocalApic::xapic;
  if (mode == LocalApic::xapic && !map_device(registers)) mode = LocalApic::absent;
  constexpr Register end = Register::end_of_interrupt;
  hv_end_of_interrupt =
      mode == LocalApic::x2apic ? msr_of(end) : reinterpret_cast<std::uint64_t>(place_of(end));
  return mode;
}

void start_local_apic() noexcept {
  if (mode == LocalApic::absent) return;
  // From "off" the way to x2APIC mode leads through xAPIC mode (section 11.12.5).
  std::uint64_t const base = read_msr(msr_apic_base) | apic_base_enable;
  if ((base & apic_base_x2apic) == 0) write_msr(msr_apic_base, base);
  if (mode == LocalApic::x2apic) write_msr(msr_apic_base, base | apic_base_x2apic);
  write(Register::task_priority, 0);
  write(Register::timer, masked | timer_vector);
  write(Register::lint0, masked);
  write(Register::error, masked);
  write(Register::spurious, software_enable | spurious_vector);
  if (timer_hz != 0) write(Register::divide, divide_by_16);
}

std::uint32_t local_apic_id() noexcept {
  if (mode == LocalApic::absent) return 0;
  return mode == LocalApic::x2apic ? read(Register::id) : read(Register::id) >> 24U;
}

void send_ipi(std::uint32_t apic_id, std::uint32_t command) noexcept {
  // What this CPU has written to memory must be seen by whom the message wakes; writes to x2APIC
  // registers do not wait for that by themselves (section 11.12.3).
  asm volatile("mfence; lfence" : : : "memory");
  if (mode == LocalApic::x2apic) {
    write_msr(msr_of(Register::command_low), std::uint64_t{apic_id} << 32U | command);
  } else if (mode == LocalApic::xapic) {
    send_by_memory(apic_id, command);
  }
}

void send_ipi_to_self(std::uint32_t command) noexcept {
  if (mode == LocalApic::x2apic) {
    write_msr(msr_of(Register::command_low), only_self | command);
  } else if (mode == LocalApic::xapic) {
    wait_until_sent();  // the high half stays as whoever was interrupted has left it
    write(Register::command_low, only_self | command);
    wait_until_sent();
  }
}

void send_ipi_to_others(std::uint32_t command) noexcept { send_ipi(0, command | all_but_self); }

void local_apic_end_interrupt() noexcept {
  if (mode != LocalApic::absent) write(Register::end_of_interrupt, 0);
}

void calibrate_timer() noexcept {
  if (mode == LocalApic::absent || (cpuid(1).ecx & feature_tsc_deadline) != 0) return;
  constexpr std::uint32_t everything = 0xffff'ffff;
  constexpr std::uint64_t measurements_per_second = 100;
  write(Register::divide, divide_by_16);
  write(Register::initial_count, everything);
  delay_us(1'000'000 / measurements_per_second);
  std::uint32_t const counted = everything - read(Register::current_count);
  write(Register::initial_count, 0);
  timer_hz = std::max<std::uint64_t>(1, counted * measurements_per_second);
}

bool arm_timer(std::uint64_t deadline) noexcept {
  if (mode == LocalApic::absent) return false;
  if (timer_hz == 0) {
    write(Register::timer, timer_tsc_deadline | timer_vector);
    asm volatile("mfence" : : : "memory");  // section 11.5.4.1
    write_msr(msr_tsc_deadline, std::max<std::uint64_t>(1, deadline));
    return true;
  }
  std::uint64_t const now = read_tsc();
  std::uint64_t const left = deadline > now ? std::min(deadline - now, tsc_hz()) : 0;
  // At most a second: the product stays below 2^64 for rates below 2^32.
  std::uint64_t const count = left * timer_hz / tsc_hz();
  write(Register::timer, timer_vector);
  write(Register::initial_count,
        static_cast<std::uint32_t>(std::clamp<std::uint64_t>(count, 1, 0xffff'ffff)));
  return true;
}

void disarm_timer() noexcept {
  if (mode == LocalApic::absent) return;
  if (timer_hz == 0) {
    write_msr(msr_tsc_deadline, 0);
  } else {
    write(Register::initial_count, 0);
  }
  write(Register::timer, masked | timer_vector);
}

}  // namespace acrn::baremetal
