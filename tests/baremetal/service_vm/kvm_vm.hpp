// SPDX-License-Identifier: BSD-3-Clause
// One 64-bit guest with one vCPU under /dev/kvm, started as a hypervisor starts the Service VM.
#pragma once

#include <linux/kvm.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace acrn::tests {

/// Where the guest stopped, and what for.
struct GuestStop {
  enum class Kind : std::uint8_t {
    out,          ///< wrote `value` to `port`
    idle,         ///< HLT with interrupts on
    halted,       ///< HLT with interrupts off
    window,       ///< takes the interrupt that was asked for
    interrupted,  ///< kick()
    other,        ///< `why` says what
  };
  Kind kind{};
  std::uint16_t port{};
  std::uint8_t value{};
  std::string why{};
};

class KvmVm {
 public:
  /// Nothing, with the reason in `why`, where the machine offers no KVM.
  static std::unique_ptr<KvmVm> make(std::size_t ram_size, std::string& why);
  ~KvmVm();
  KvmVm(KvmVm const&) = delete;
  KvmVm& operator=(KvmVm const&) = delete;

  [[nodiscard]] std::span<std::uint8_t> ram() const { return ram_; }

  /// 64-bit mode, interrupts off, flat segments, RAM identity-mapped by 2-MiB pages.
  void start(std::uint64_t rip, std::uint64_t rsi);
  GuestStop run();
  /// Has an external interrupt delivered as soon as the guest takes one.
  void interrupt(std::uint8_t vector) { pending_ = vector; }

  [[nodiscard]] kvm_regs registers() const;
  void set_rax(std::uint64_t value);

 private:
  KvmVm() = default;
  bool open(std::size_t ram_size, std::string& why);
  void build_tables() const;

  int kvm_{-1};
  int vm_{-1};
  int vcpu_{-1};
  std::span<std::uint8_t> ram_;
  kvm_run* run_{};
  std::size_t run_size_{};
  std::optional<std::uint8_t> pending_;
};

}  // namespace acrn::tests
