// SPDX-License-Identifier: BSD-3-Clause
// How the columns of an exit row tell an exit of core::Vcpu: for the recorder, and for replay.
#pragma once

#include <cstdint>

namespace acrn::traces {

/// What the fields of ExitRow mean in a capture whose header names a device "platform". The row's
/// `reason`, `qualification`, `rip` and `length` are the MachineExit's and RIP at the exit; time_in
/// is `now` of begin() and resume(), time_out is `now` of the last plan_entry() before the entry.
///
/// Bit numbers of ExitRow::register_mask: what the exit came with, and what core asked the CPU.
/// Bits 0 to 15: the general-purpose register of that number (core::Register) was asked.
namespace exit_read {
/// RFLAGS at the exit was asked.
inline constexpr unsigned rflags = 16;
/// Fields of MachineExit; recorded where they are not 0, absent means 0.
inline constexpr unsigned guest_physical = 17;
inline constexpr unsigned guest_linear = 18;
inline constexpr unsigned instruction_information = 19;
/// interruption_information | interruption_error_code << 32
inline constexpr unsigned interruption = 20;
/// idt_vectoring_information | idt_vectoring_error_code << 32
inline constexpr unsigned idt_vectoring = 21;
/// entry_state() was asked, and answered something else than entry_state_implied():
/// RFLAGS | interruptibility << 32.
inline constexpr unsigned entry_state = 22;
/// How many bits have a meaning.
inline constexpr unsigned bit_count = 23;
}  // namespace exit_read

/// Bit numbers of ExitRow::written_mask: how the exit ended. Bits 0 to 15: the general-purpose
/// register of that number was written (a hypercall's result is register 0).
namespace exit_written {
/// RFLAGS was written.
inline constexpr unsigned rflags = 16;
/// RIP after the exit is not RIP at the exit plus `length`: the difference to RIP at the exit,
/// modulo 2^64; 0 where RIP was kept.
inline constexpr unsigned rip = 17;
/// A control register was written (core::ControlWrite): target | efer_change << 8 |
/// pdptes_change << 9; and its value. What it loads as PDPTEs came from guest memory.
inline constexpr unsigned control_register = 18;
inline constexpr unsigned control_value = 19;
/// A vector register was written: index | bytes << 8; then its 2 or 4 words, lowest first.
inline constexpr unsigned vector_register = 20;
inline constexpr unsigned vector_word0 = 21;
inline constexpr unsigned vector_word1 = 22;
inline constexpr unsigned vector_word2 = 23;
inline constexpr unsigned vector_word3 = 24;
/// core::Progress at the end of the exit, where it is not `done`.
inline constexpr unsigned progress = 25;
/// core::VcpuStop after the exit, where its kind is not `none`: kind | code << 32.
inline constexpr unsigned stop = 26;
/// A single-step #DB is due after the instruction (Commit::single_step): 1.
inline constexpr unsigned single_step = 27;
/// ControlWrite::efer, where efer_change says that it is loaded.
inline constexpr unsigned efer = 28;
/// How many bits have a meaning.
inline constexpr unsigned bit_count = 29;
}  // namespace exit_written

/// The answer of entry_state() that is not recorded, so that most rows need no value for it: RFLAGS
/// as the exit left them (written, or else as asked at the exit), and nothing blocked. Where RFLAGS
/// is in neither mask, nothing is implied: the answer is recorded.
struct ImpliedEntryState {
  bool known{};
  std::uint64_t rflags{};
};

/// `read` and `written` are the masks; the two values count where bit 16 of their mask is set.
constexpr ImpliedEntryState entry_state_implied(std::uint32_t read, std::uint64_t rflags_read,
                                                std::uint32_t written,
                                                std::uint64_t rflags_written) noexcept {
  if ((written >> exit_written::rflags & 1U) != 0) return {.known = true, .rflags = rflags_written};
  if ((read >> exit_read::rflags & 1U) != 0) return {.known = true, .rflags = rflags_read};
  return {};
}

/// Tags in ExitRow::entry_state, the log of rare questions to the CPU: each question once per exit,
/// in order of the first time it was asked; a tag of one byte, then its payload, little-endian.
namespace state_tag {
/// 0 to 5, by core::Segment: base u64, limit u32, access rights u32.
inline constexpr std::uint8_t segment = 0;
/// CR0, CR3, CR4, EFER u64 each; physical bits u8; 1-GiB pages u8 (0 or 1). The PDPTEs are 0.
inline constexpr std::uint8_t control = 8;
/// The same, followed by the four PDPTEs u64.
inline constexpr std::uint8_t control_with_pdptes = 9;
/// 16 to 31: vector register of index tag - 16, 32 bytes.
inline constexpr std::uint8_t vector = 16;
/// The host's CPUID: leaf, subleaf, EAX, EBX, ECX, EDX u32 each. Not only once per exit.
inline constexpr std::uint8_t cpuid = 32;

inline constexpr unsigned segment_size = 16;
inline constexpr unsigned control_size = 34;
inline constexpr unsigned control_with_pdptes_size = 66;
inline constexpr unsigned vector_size = 32;
inline constexpr unsigned cpuid_size = 24;
}  // namespace state_tag

/// The first byte of each entry in ExitRow::guest_ram_read, one entry per question to GuestMemory,
/// in order. Bits 3:0 say which, bit 7 whether it succeeded. The bytes read follow a successful
/// read; nothing follows anything else.
namespace ram_ask {
inline constexpr std::uint8_t read = 1;
inline constexpr std::uint8_t write = 2;
inline constexpr std::uint8_t compare_exchange = 3;
inline constexpr std::uint8_t succeeded = 0x80;
}  // namespace ram_ask

/// InjectRow::origin.
enum class InjectedBy : std::uint8_t {
  unknown = 0,
  device = 1,      ///< an interrupt controller
  fault = 2,       ///< an exception that the guest caused
  ipi = 3,         ///< another vCPU
  reinjected = 4,  ///< its delivery was cut short by the exit (IDT-vectoring information)
  upcall = 5,      ///< the hypervisor's upcall into the Service VM
};

/// The header's device of this name makes a capture exact: its configuration is PlatformConfig.
inline constexpr char platform_device_name[] = "platform";

}  // namespace acrn::traces
