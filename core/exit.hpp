// SPDX-License-Identifier: BSD-3-Clause
// A trapped instruction as the CPU reports it, and the seams through which its operands are asked.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>

#include "core/bits.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// Basic VM-exit reasons that core handles. Source: Intel SDM vol. 3D (Sep 2023), table C-1
/// "Basic Exit Reasons".
enum class ExitReason : std::uint16_t { io_instruction = 30, ept_violation = 48 };

/// General-purpose registers by their encoding in ModRM and REX. Source: Intel SDM vol. 2A
/// (Sep 2023), table 2-2 and section 2.2.1.2.
enum class Register : std::uint8_t {
  rax,
  rcx,
  rdx,
  rbx,
  rsp,
  rbp,
  rsi,
  rdi,
  r8,
  r9,
  r10,
  r11,
  r12,
  r13,
  r14,
  r15
};

/// Segment registers by their encoding in Sreg fields. Source: Intel SDM vol. 2D (Sep 2023),
/// table B-8 "Encoding of Segment Register (sreg3) Field".
enum class Segment : std::uint8_t { es, cs, ss, ds, fs, gs };

/// The hidden part of a segment register, as a VMCS holds it. Source: Intel SDM vol. 3C (Sep 2023),
/// section 25.4.1, table 25-2 "Format of Access Rights".
struct SegmentState {
  std::uint64_t base{};
  std::uint32_t limit{};  ///< in bytes, the granularity already applied
  std::uint32_t access_rights{};

  [[nodiscard]] constexpr std::uint8_t type() const noexcept {
    return static_cast<std::uint8_t>(bits<3, 0>(access_rights));
  }
  [[nodiscard]] constexpr std::uint8_t dpl() const noexcept {
    return static_cast<std::uint8_t>(bits<6, 5>(access_rights));
  }
  /// Bit 13: 64-bit code; of CS only.
  [[nodiscard]] constexpr bool is_long() const noexcept { return bits<13, 13>(access_rights) != 0; }
  /// Bit 14, D/B: 32-bit code, a 32-bit stack pointer, or an upper bound of 4 GiB.
  [[nodiscard]] constexpr bool is_big() const noexcept { return bits<14, 14>(access_rights) != 0; }
  [[nodiscard]] constexpr bool is_unusable() const noexcept {
    return bits<16, 16>(access_rights) != 0;
  }
  friend constexpr bool operator==(SegmentState const&, SegmentState const&) = default;
};

/// The control registers that decide how memory is addressed, and what of CPUID decides which bits
/// of a page-table entry are reserved.
struct ControlState {
  std::uint64_t cr0{};
  std::uint64_t cr3{};
  std::uint64_t cr4{};
  std::uint64_t efer{};
  std::array<std::uint64_t, 4> pdptes{};  ///< the loaded ones; PAE paging only
  /// MAXPHYADDR, 32 to 52: CPUID.80000008H:EAX[7:0]. 32 also means no PSE-36.
  std::uint8_t physical_bits{52};
  bool has_1gib_pages{true};  ///< CPUID.80000001H:EDX.Page1GB[bit 26]
  friend constexpr bool operator==(ControlState const&, ControlState const&) = default;
};

/// Bits of RFLAGS. Source: Intel SDM vol. 1 (Sep 2023), figure 3-8.
namespace rflags {
inline constexpr std::uint64_t carry = 1U << 0U;
inline constexpr std::uint64_t fixed = 1U << 1U;  ///< always 1
inline constexpr std::uint64_t parity = 1U << 2U;
inline constexpr std::uint64_t adjust = 1U << 4U;
inline constexpr std::uint64_t zero = 1U << 6U;
inline constexpr std::uint64_t sign = 1U << 7U;
inline constexpr std::uint64_t trap = 1U << 8U;
inline constexpr std::uint64_t direction = 1U << 10U;
inline constexpr std::uint64_t overflow = 1U << 11U;
inline constexpr std::uint64_t resume = 1U << 16U;
inline constexpr std::uint64_t virtual_8086 = 1U << 17U;
inline constexpr std::uint64_t alignment_check = 1U << 18U;
}  // namespace rflags

/// A vector register: XMM in its low 16 bytes, YMM in all 32. Byte 0 is the lowest.
using VectorValue = std::array<std::uint8_t, 32>;

/// How the bytes that a read brings in reach a wider register.
enum class Extend : std::uint8_t {
  by_size,  ///< as any register write: 1 and 2 bytes merge, 4 bytes zero-extend, 8 bytes replace
  zero,     ///< MOVZX: all upper bits become 0
  sign,     ///< MOVSX: all upper bits copy the sign
};

/// An MMIO access whose instruction has been decoded already, as a capture of accesses holds it.
struct DecodedMmio {
  Direction direction{};
  std::uint8_t size{};     ///< bytes: 1, 2, 4 or 8
  std::uint64_t value{};   ///< what a write stores; ignored for reads
  Register destination{};  ///< where a read goes; ignored for writes
  Extend extend{};
};

/// One VM exit that asks for I/O emulation. An EPT violation whose `mmio.size` is 0 is undecoded:
/// its instruction is taken from `instruction_bytes` or memory, decoded, and executed.
struct VmExit {
  ExitReason reason{};
  std::uint8_t instruction_length{};  ///< bytes to advance RIP by when the instruction is done
  std::uint64_t qualification{};      ///< exit qualification, undecoded
  Gpa gpa{};                          ///< guest-physical address; EPT violations only
  DecodedMmio mmio{};                 ///< EPT violations only
  /// The instruction, or its beginning; empty: fetched from guest memory. EPT violations only.
  std::span<std::uint8_t const> instruction_bytes{};
  /// Where the access was to: EPT violations whose qualification says it is valid; INS and OUTS.
  std::uint64_t guest_linear{};
  std::uint32_t instruction_information{};  ///< INS and OUTS only
};

/// What core may ask about the exiting CPU, as it was at the exit. Nothing is written through it:
/// the host writes registers, from a Commit. `rip` and `rflags` are whole 64-bit registers.
template <class T>
concept CpuView = requires(T& cpu, Register reg, Segment segment, std::uint8_t vector) {
  { cpu.read_register(reg) } -> std::same_as<std::uint64_t>;
  { cpu.rip() } -> std::same_as<std::uint64_t>;
  { cpu.rflags() } -> std::same_as<std::uint64_t>;
  { cpu.segment(segment) } -> std::same_as<SegmentState>;
  { cpu.control() } -> std::same_as<ControlState>;
  { cpu.read_vector(vector) } -> std::same_as<VectorValue>;
};

/// What core may ask about guest memory, by guest-physical address. `read` and `write` return false
/// where the range is not RAM. An aligned read of 4 or 8 bytes is one access: it never sees half of
/// a concurrent update. `compare_exchange` stores the low `size` bytes of `desired` (4 or 8 bytes,
/// aligned, little endian) if memory holds `expected`, in one step that no other writer can part;
/// false where it held something else or may not be written.
template <class T>
concept GuestMemory = requires(T& memory, Gpa gpa, std::span<std::uint8_t> out,
                               std::span<std::uint8_t const> in, std::uint8_t size,
                               std::uint64_t expected, std::uint64_t desired) {
  { memory.read(gpa, out) } -> std::same_as<bool>;
  { memory.write(gpa, in) } -> std::same_as<bool>;
  { memory.compare_exchange(gpa, size, expected, desired) } -> std::same_as<bool>;
};

}  // namespace acrn::core
