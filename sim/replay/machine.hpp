// SPDX-License-Identifier: BSD-3-Clause
// The machine under replay, the same for both engines: core's VMs, slots, HSM, and what answers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/emulate/vcpu_io.hpp"
#include "core/hsm/hsm.hpp"
#include "core/ioreq/page.hpp"
#include "core/profile.hpp"
#include "sim/replay/checker.hpp"
#include "sim/replay/plain.hpp"
#include "sim/replay/plan.hpp"
#include "sim/replay/recorder.hpp"
#include "sim/replay/register_file.hpp"
#include "sim/replay/result.hpp"
#include "sim/replay/service_side.hpp"
#include "sim/replay/slot_log.hpp"
#include "traces/wire/digest.hpp"

namespace acrn::replay {

struct MachineOptions {
  core::Profile const* profile{&core::architectural};
  core::Completion completion{core::Completion::notify};
  Recorder* recorder{};  ///< when set, told of everything replayed
};

/// What a replayed VM consists of, and what happens to each planned access in it. The engine says
/// when; the machine does the rest. Per element (0 to count - 1) of each access, on its vCPU:
///
///   may_begin() -> begin() -> while waiting { resume() } -> finish()
///
/// and for the service VM, after an upcall: dispatch(), then for each woken client next_request()
/// and complete(). An access that a handler in the hypervisor answered, or that was queued for the
/// device model without waiting, is answered by one recorded device inside core's maps; everything
/// else goes through the request slot and the HSM to a client. Both answer with the recorded value;
/// all ones where the capture does not know it, and where nobody claimed the access. PCI
/// configuration ports are answered by the HSM itself where it does so in a real service VM.
///
/// Positions are indices into Plan::accesses(), vCPUs are indices into Plan::vcpus(). One thread.
class Machine final : public ServiceSide {
 public:
  /// `plan` and `options` outlive the machine. Throws std::invalid_argument for more VMs than an
  /// HSM serves.
  explicit Machine(Plan const& plan, MachineOptions const& options = {});
  ~Machine();
  Machine(Machine const&) = delete;
  Machine& operator=(Machine const&) = delete;

  /// Whether this access may begin now. The PCI configuration address register is one per VM, so
  /// accesses to it from several vCPUs keep the capture's order: each waits until the one before
  /// has been finished. Always true where accesses are replayed one after the other.
  [[nodiscard]] bool may_begin(std::size_t position) const;
  /// The vCPU exits. Progress::waiting: ring the upcall if effects() says so, resume() later.
  /// Otherwise finish() is next.
  core::Progress begin(std::size_t position, std::uint32_t element, core::Ticks now);
  /// The vCPU looks again.
  core::Progress resume(std::size_t vcpu, core::Ticks now);
  /// Of the last begin() or resume() of this vCPU.
  [[nodiscard]] core::Effects const& effects(std::size_t vcpu) const;
  /// The guest is entered: registers are committed, outputs compared, digested and recorded.
  /// `stamps`, if given, are stage_count ticks of the recording's clock.
  void finish(std::size_t vcpu, std::span<std::uint64_t const> stamps = {});

  /// All that happens to one element, the service VM's part included, for an engine without time
  /// between the steps.
  void replay(std::size_t position, std::uint32_t element);

  /// One scan of all slots by the HSM's worker, or of one vCPU's slot.
  core::DispatchEffects dispatch();
  core::SlotEffects dispatch(std::size_t vcpu) override;
  std::optional<core::Request> next_request(core::HsmClientId client) override;
  core::CompletionEffects complete(core::Request const& request) override;
  [[nodiscard]] std::size_t vcpu_index(core::VcpuRef vcpu) const override;
  /// Ordered by id.
  [[nodiscard]] std::span<MachineClient const> clients() const { return clients_; }

  /// Totals so far.
  [[nodiscard]] ReplayResult result() const;

 private:
  struct Vm;
  struct Vcpu;

  void make_vms();
  void make_maps(Vm& vm);
  void order_config_accesses();
  [[nodiscard]] Vcpu& vcpu_at(std::size_t index) const;
  core::Progress begin(Vcpu& vcpu, PlannedAccess const& access, std::uint32_t element,
                       core::Ticks now);
  core::Progress resume(Vcpu& vcpu, core::Ticks now);
  void serve(Vcpu& vcpu);
  void finish(Vcpu& vcpu, std::span<std::uint64_t const> stamps);
  static void make_exit(Vcpu& vcpu);
  void take_recorded_exit(Vcpu& vcpu) const;
  [[nodiscard]] std::size_t position(Vcpu const& vcpu) const;
  template <class Step>
  core::Progress act(Vcpu& vcpu, Step step);
  void check_recorded_exit(Vcpu const& vcpu);
  std::uint64_t client_answer(Vcpu& vcpu, core::HsmClientId client);
  static std::uint64_t output(Vcpu const& vcpu);
  void finish_checked(Vcpu& vcpu, std::span<std::uint64_t const> stamps);
  void check_outputs(Vcpu const& vcpu, std::uint64_t value);
  void check_destination(Vcpu const& vcpu);
  void check_slots(Vcpu const& vcpu);
  static Evidence value_evidence(Vcpu const& vcpu);
  void compare(Vcpu const& vcpu, Comparison const& comparison);
  void take_fault(Vcpu const& vcpu, traces::DigestEntry& entry);
  void record(Vcpu const& vcpu, traces::DigestEntry const& entry,
              std::span<std::uint64_t const> stamps);
  static void config_finished(Vcpu const& vcpu);
  static core::HandlerResult recorded_device(void* context, core::Access& access, core::Ticks now,
                                             core::Effects& effects);

  Plan const& plan_;
  MachineOptions options_;
  SlotMover mover_{SlotMover::hypervisor};
  std::vector<std::unique_ptr<Vm>> vms_;
  std::vector<std::unique_ptr<Vcpu>> vcpus_;
  std::unique_ptr<core::Hsm<LoggedMemory>> hsm_;
  std::vector<MachineClient> clients_;
  Checker checker_;
  PlainTally plain_;
  ReplayResult totals_;
};

}  // namespace acrn::replay

#include "sim/replay/machine_run.hpp"
