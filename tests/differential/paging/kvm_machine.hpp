// SPDX-License-Identifier: BSD-3-Clause
// A virtual machine of the host's, just large enough to make one memory access under given page
// tables and to tell what its CPU made of it.
#pragma once

#include <linux/kvm.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/exit.hpp"
#include "core/paging/page_access.hpp"

namespace acrn::tests::paging {

/// Guest-physical layout; all below `mapped_end` is mapped one to one for the supervisor.
inline constexpr std::size_t ram_size = 0x40'0000;
inline constexpr std::uint64_t code_page = 0x1000, stack_page = 0x2000, tables_page = 0x3000;
inline constexpr std::uint64_t user_stack_page = 0x4000, updates_page = 0x5000;
inline constexpr std::uint64_t mapped_end = 0x80000;
/// Where the code is mapped for the user.
inline constexpr std::uint64_t user_code_page = 0x9'0000;
/// The page under test: code at 0, a descriptor at 0x800, room for a byte at 0x808.
inline constexpr std::uint64_t target_page = 0x20'1000;

/// A 32-bit store into the page tables.
struct Update {
  std::uint32_t address{};
  std::uint32_t value{};
};

/// One access by a guest program.
struct Trial {
  core::ControlState control{};
  core::AccessKind kind{};
  bool at_user_level{};    ///< CPL 3, else 0
  bool descriptor_load{};  ///< MOV to FS of a descriptor at `linear` instead of `kind`
  bool alignment_check{};  ///< RFLAGS.AC
  std::uint64_t linear{};
};

enum class Ending : std::uint8_t { done, page_fault, exception, mmio, other };

struct Outcome {
  Ending ending{};
  std::uint32_t error_code{};   ///< of a page fault
  std::uint64_t address{};      ///< CR2 of a page fault; guest-physical of an MMIO access
  std::uint32_t exit_reason{};  ///< KVM's, for messages
};

class KvmMachine {
 public:
  /// Nothing, with the reason, where the host has no KVM or lets nobody use it.
  static std::unique_ptr<KvmMachine> make(std::string& why_not);
  ~KvmMachine();
  KvmMachine(KvmMachine const&) = delete;
  KvmMachine& operator=(KvmMachine const&) = delete;

  /// Guest RAM.
  [[nodiscard]] std::span<std::uint8_t> ram() noexcept { return {ram_, ram_size}; }
  /// What the CPU offers: bits of CR4 and EFER among those paging knows, MAXPHYADDR, 1-GiB pages.
  [[nodiscard]] core::ControlState const& offered() const noexcept { return offered_; }
  /// Writes code, descriptor tables and the target page; RAM is otherwise 0.
  void prepare(bool long_mode);
  Outcome run(Trial const& trial, std::span<Update const> updates);
  /// KVM's own walk for a read by the supervisor; nothing where it would fault.
  std::optional<std::uint64_t> translate(Trial const& trial, std::span<Update const> updates);

 private:
  KvmMachine() = default;
  bool open(std::string& why_not);
  void read_cpuid();
  void set_special_registers(Trial const& trial);
  void set_registers(Trial const& trial, std::size_t updates);
  Outcome outcome();
  void finish_exit();
  void store(std::uint64_t gpa, std::uint64_t value, std::size_t size);

  int kvm_{-1}, vm_{-1}, vcpu_{-1};
  std::uint8_t* ram_{};
  kvm_run* run_{};
  std::size_t run_size_{};
  bool long_mode_{};
  core::ControlState offered_{};
};

}  // namespace acrn::tests::paging
