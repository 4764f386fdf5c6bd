// SPDX-License-Identifier: BSD-3-Clause
// Puts the KVM events of each vCPU together: one row per access and exit, with its stamps.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "traces/importers/access_window.hpp"
#include "traces/importers/kvm_event.hpp"
#include "traces/importers/kvm_vcpu.hpp"
#include "traces/importers/line_tally.hpp"
#include "traces/importers/vcpu_table.hpp"

namespace acrn::traces {

/// What a look at the beginning of a source tells about the whole.
struct KvmOutline {
  Vendor vendor{};
  bool has_entries{};          ///< kvm_entry is traced
  bool has_userspace_exits{};  ///< kvm_userspace_exit is traced
  bool has_io_exits{};         ///< kvm_exit is traced, and I/O exits carry their qualification
  bool has_pio{};              ///< kvm_pio is traced
  VcpuTable vcpus;
};

/// The thread that printed an event, and when.
struct KvmMoment {
  std::uint64_t thread{};
  std::uint64_t time{};  ///< ticks
};

/// Who answers IN from a port.
enum class PortReader : std::uint8_t { not_seen, user_space, kernel };

/// Takes events in source order and writes rows. The order in which KVM prints the events of one
/// access is in README.md, with what is concluded from which event.
class KvmMachine {
 public:
  KvmMachine(KvmOutline outline, RowSink& sink, LineTally& tally);

  /// Takes in one event. A text says why the event is impossible after all; nullptr: taken.
  char const* take(KvmMoment const& moment, KvmMessage const& message);
  /// An event that brings no row, but shows that this thread's vCPU runs.
  void running(KvmMoment const& moment);
  /// The start of a new instruction (kvm_emulate_insn): what came before is complete.
  void instruction(KvmMoment const& moment);
  /// `count` events were lost; of the vCPU of `thread`, where that is known.
  void lost(std::optional<std::uint64_t> thread, std::uint64_t count);
  /// Writes what still waits.
  void finish();

  [[nodiscard]] std::uint64_t accesses() const { return window_.next_sequence(); }
  [[nodiscard]] std::uint64_t exits() const { return exits_; }
  [[nodiscard]] std::uint64_t injections() const { return injections_; }
  [[nodiscard]] std::uint64_t inputs() const { return inputs_; }
  [[nodiscard]] std::size_t vcpus() const { return outline_.vcpus.size(); }
  /// What is known of the source by now.
  [[nodiscard]] KvmOutline const& outline() const { return outline_; }

 private:
  KvmVcpu* vcpu_of(std::uint64_t thread, std::optional<std::uint64_t> number);
  char const* take(KvmVcpu& vcpu, KvmMoment const& moment, KvmMessage const& message);
  char const* begin_exit(KvmVcpu& vcpu, std::uint64_t time, KvmExit const& event);
  void enter(KvmVcpu& vcpu, std::uint64_t time, KvmEntry const& event);
  void pio_sent(KvmVcpu& vcpu, std::uint64_t time, KvmPio const& event);
  void pio_answered(KvmVcpu& vcpu, std::uint64_t time, KvmPio const& event);
  void mmio_sent(KvmVcpu& vcpu, std::uint64_t time, KvmMmio const& event);
  void mmio_answered(KvmVcpu& vcpu, std::uint64_t time, KvmMmio const& event);
  void fast_mmio(KvmVcpu& vcpu, std::uint64_t time, KvmFastMmio const& event);
  void handed_over(KvmVcpu& vcpu, std::uint64_t time, UserspaceReason reason);
  void inject(KvmVcpu& vcpu, std::uint64_t time, KvmInjection const& event);

  AccessRow make_row(KvmVcpu const& vcpu, std::uint64_t time, core::Access const& access) const;
  void admit(KvmVcpu& vcpu, KvmRequest const& request);
  void open_mmio(KvmVcpu& vcpu, std::uint64_t time, KvmMmio const& event, KvmRequest request);
  void bring_value(KvmRequest const& request, std::uint64_t value);
  void stamp(KvmRequest const& request, std::size_t stage, std::uint64_t time);
  void set_handling(KvmRequest const& request, Handling handling);
  void close(KvmRequest const& request);

  void give(KvmVcpu& vcpu, std::uint64_t time);
  void settle(KvmVcpu& vcpu, std::uint64_t time);
  void settle_latest(KvmRequest& request);
  void progress(KvmVcpu& vcpu, std::uint64_t time);
  void abandon(KvmVcpu& vcpu);
  void end_exit(KvmVcpu& vcpu, std::optional<std::uint64_t> time);
  [[nodiscard]] bool answered_in_kernel(std::uint16_t port) const;

  KvmOutline outline_;
  RowSink& sink_;
  LineTally& tally_;
  AccessWindow window_;
  std::unordered_map<std::uint64_t, std::unique_ptr<KvmVcpu>> by_thread_;
  std::uint64_t cached_thread_{};
  KvmVcpu* cached_{};
  std::vector<PortReader> port_readers_;  ///< by port, learned where it is certain
  std::uint64_t exits_{};
  std::uint64_t injections_{};
  std::uint64_t inputs_{};
};

}  // namespace acrn::traces
