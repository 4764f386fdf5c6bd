// SPDX-License-Identifier: BSD-3-Clause
// The machine under an exit-exact replay, the same for both engines: core's vCPUs on core's PCs,
// with a slot page and an HSM, fed from a capture and compared with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/emulate/vcpu_io.hpp"
#include "core/hsm/hsm.hpp"
#include "core/ioreq/page.hpp"
#include "core/profile.hpp"
#include "core/vcpu/entry_plan.hpp"
#include "sim/replay/checker.hpp"
#include "sim/replay/exits/plan.hpp"
#include "sim/replay/exits/result.hpp"
#include "sim/replay/service_side.hpp"
#include "sim/replay/slot_log.hpp"

namespace acrn::replay::exits {

struct MachineOptions {
  core::Profile const* profile{};  ///< nullptr: the one that each VM's configuration names
  core::Completion completion{core::Completion::notify};
};

/// The engine says when; the machine does the rest. Per exit, in the order of each vCPU's rows:
///
///   begin() -> while waiting { resume() } -> finish()
///
/// and for the service VM, after an upcall: dispatch(), then for each woken client next_request()
/// and complete(). Core is asked what the bare metal asked it, at the recorded guest time; CPU and
/// memory answer what they answered, clients what the access rows hold; finish() applies the
/// recorded inputs and plans the entry. Everything that core says is compared.
///
/// Exits are indices into Plan::exits(), vCPUs into Plan::vcpus(). One thread.
class Machine final : public ServiceSide {
 public:
  /// `plan` and what `options` name outlive the machine. Throws std::invalid_argument for more VMs
  /// with a device model than an HSM serves.
  explicit Machine(Plan const& plan, MachineOptions const& options = {});
  ~Machine();
  Machine(Machine const&) = delete;
  Machine& operator=(Machine const&) = delete;

  /// The vCPU exits. Progress::waiting: a request is in the slot, with an upcall; resume() later.
  /// Otherwise finish() is next.
  core::Progress begin(std::size_t exit);
  /// The vCPU looks again.
  core::Progress resume(std::size_t vcpu);
  /// Compares the exit's outputs, plans the entry, compares that.
  void finish(std::size_t vcpu);
  /// Whether the vCPU waits for an interrupt inside its present exit: the plan said so.
  [[nodiscard]] bool was_halted(std::size_t vcpu) const;

  core::SlotEffects dispatch(std::size_t vcpu) override;
  std::optional<core::Request> next_request(core::HsmClientId client) override;
  core::CompletionEffects complete(core::Request const& request) override;
  [[nodiscard]] std::size_t vcpu_index(core::VcpuRef vcpu) const override;
  /// Ordered by id.
  [[nodiscard]] std::span<MachineClient const> clients() const { return clients_; }

  /// Totals so far.
  [[nodiscard]] Result result() const;

 private:
  struct Vm;
  struct Vcpu;

  void make_vms();
  void start(Vcpu& vcpu);
  template <class Step>
  core::Progress act(Vcpu& vcpu, Step step);
  core::Progress end_hypercall(Vcpu& vcpu) const;
  void apply_inputs(Vcpu& vcpu, Run inputs);
  void plan_entry(Vcpu& vcpu);

  void compare(Vcpu const& vcpu, Comparison const& comparison);
  void check(Vcpu const& vcpu, Field field, std::uint64_t expected, std::uint64_t actual);
  void check_asked(Vcpu const& vcpu);
  void check_accesses(Vcpu& vcpu);
  void check_access(Vcpu const& vcpu, std::size_t which);
  void check_slots(Vcpu const& vcpu);
  void check_written(Vcpu& vcpu);
  void check_values(Vcpu const& vcpu, std::span<std::uint64_t const> recorded);
  void check_injection(Vcpu const& vcpu, std::span<traces::InjectRow const> rows,
                       core::EntryPlan const& plan);

  Plan const& plan_;
  MachineOptions options_;
  SlotMover mover_{SlotMover::hypervisor};
  std::vector<std::unique_ptr<Vm>> vms_;
  std::vector<std::unique_ptr<Vcpu>> vcpus_;
  std::unique_ptr<core::Hsm<LoggedMemory>> hsm_;
  std::vector<MachineClient> clients_;
  Checker checker_;
  Result totals_;
};

}  // namespace acrn::replay::exits
