// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/kvm_machine.hpp"

#include <utility>

#include "core/bits.hpp"

namespace acrn::traces {
namespace {

constexpr std::size_t ports = 0x10000;
/// ExitRow::reason for a name that no table has; no hardware reports it.
constexpr std::uint32_t unknown_reason = 0xFFFF'FFFE;

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

std::uint32_t reason_number(KvmExit const& event, Vendor vendor) {
  if (event.number) return vendor == Vendor::svm ? *event.number : *event.number & 0xFFFFU;
  auto number = exit_reason_number(event.reason, vendor);
  if (!number) {  // "INVALID_STATE FAILED_VMENTRY": flags follow the name
    number = exit_reason_number(event.reason.substr(0, event.reason.find(' ')), vendor);
  }
  return number.value_or(unknown_reason);
}

std::optional<std::uint64_t> printed_vcpu(KvmMessage const& message) {
  if (auto const* const exit = std::get_if<KvmExit>(&message)) return exit->vcpu;
  if (auto const* const entry = std::get_if<KvmEntry>(&message)) return entry->vcpu;
  return std::nullopt;
}

}  // namespace

KvmMachine::KvmMachine(KvmOutline outline, RowSink& sink, LineTally& tally)
    : outline_(std::move(outline)),
      sink_(sink),
      tally_(tally),
      window_(sink),
      port_readers_(ports, PortReader::not_seen) {}

char const* KvmMachine::take(KvmMoment const& moment, KvmMessage const& message) {
  if (auto const* const irq = std::get_if<KvmSetIrq>(&message)) {
    sink_.write(0, InputRow{.time = moment.time,
                            .position = window_.next_sequence(),
                            .kind = InputKind::irq_line,
                            .target = irq->gsi,
                            .payload = irq->level});
    ++inputs_;
    return nullptr;
  }
  KvmVcpu* const vcpu = vcpu_of(moment.thread, printed_vcpu(message));
  if (vcpu == nullptr) return "more than 4096 threads run vCPUs";
  progress(*vcpu, moment.time);
  char const* const refused = take(*vcpu, moment, message);
  vcpu->fresh = false;
  return refused;
}

char const* KvmMachine::take(KvmVcpu& vcpu, KvmMoment const& moment, KvmMessage const& message) {
  std::uint64_t const time = moment.time;
  char const* refused = nullptr;
  std::visit(Overloaded{
                 [](std::monostate) {},
                 [](KvmSetIrq const&) {},
                 [&](KvmExit const& event) { refused = begin_exit(vcpu, time, event); },
                 [&](KvmEntry const& event) { enter(vcpu, time, event); },
                 [&](KvmPio const& event) {
                   bool const answer = event.direction == core::Direction::read && event.value;
                   answer ? pio_answered(vcpu, time, event) : pio_sent(vcpu, time, event);
                 },
                 [&](KvmMmio const& event) {
                   event.type == MmioType::read ? mmio_answered(vcpu, time, event)
                                                : mmio_sent(vcpu, time, event);
                 },
                 [&](KvmFastMmio const& event) { fast_mmio(vcpu, time, event); },
                 [&](KvmUserspaceExit const& event) { handed_over(vcpu, time, event.reason); },
                 [&](KvmInjection const& event) { inject(vcpu, time, event); },
             },
             message);
  return refused;
}

KvmVcpu* KvmMachine::vcpu_of(std::uint64_t thread, std::optional<std::uint64_t> number) {
  if (cached_ == nullptr || cached_thread_ != thread) {
    auto found = by_thread_.find(thread);
    if (found == by_thread_.end()) {
      auto const given = outline_.vcpus.number_of(thread, number);
      if (!given) return nullptr;
      found = by_thread_.try_emplace(thread, std::make_unique<KvmVcpu>()).first;
      found->second->number = *given;
    }
    cached_ = found->second.get();
    cached_thread_ = thread;
  }
  if (number && *number != cached_->number) outline_.vcpus.number_of(thread, number);
  return cached_;
}

void KvmMachine::running(KvmMoment const& moment) {
  auto const found = by_thread_.find(moment.thread);
  if (found != by_thread_.end()) progress(*found->second, moment.time);
}

void KvmMachine::instruction(KvmMoment const& moment) {
  auto const found = by_thread_.find(moment.thread);
  if (found == by_thread_.end()) return;
  progress(*found->second, moment.time);
  settle(*found->second, moment.time);
  ++found->second->instructions;
}

char const* KvmMachine::begin_exit(KvmVcpu& vcpu, std::uint64_t time, KvmExit const& event) {
  settle(vcpu, time);
  abandon(vcpu);
  end_exit(vcpu, std::nullopt);
  if (outline_.vendor == Vendor::unknown) {
    outline_.vendor = event.number ? event.vendor : vendor_of_reason(event.reason);
  }
  bool const svm = outline_.vendor == Vendor::svm;
  ExitRow row;
  row.time_in = time;
  row.reason = reason_number(event, outline_.vendor);
  row.qualification = event.info1;
  row.rip = event.rip;
  if (row.reason == unknown_reason) tally_.note("exit reason with a name that is not known");
  std::optional<IoExit> io;
  if (row.reason == (svm ? svm_ioio : vmx_io_instruction) && event.info1) {
    io = decode_io_exit(svm ? Vendor::svm : Vendor::vmx, *event.info1);
    if (!io) return "I/O qualification that hardware cannot report";
  }
  vcpu.exit = std::move(row);
  vcpu.instructions = 0;
  ++vcpu.exits;
  ++exits_;
  if (io && !outline_.has_pio) {  // the exit is all there is of this access
    AccessRow access = make_row(vcpu, time, {core::Space::port, io->direction, io->size, io->port});
    access.value_known = false;
    admit(vcpu,
          {.first = window_.open(vcpu.number, access), .rows = 1, .phase = KvmPhase::port_sent});
    tally_.note("port access taken from kvm_exit, without a value");
  }
  return nullptr;
}

void KvmMachine::enter(KvmVcpu& vcpu, std::uint64_t time, KvmEntry const& event) {
  outline_.has_entries = true;
  settle(vcpu, time);
  for (KvmRequest const& request : vcpu.open) {
    stamp(request, 15, time);
    close(request);
  }
  vcpu.open.clear();
  if (core::bits<31, 31>(event.intr_info) != 0 && !vcpu.injected) {
    KvmInjection injection{static_cast<std::uint8_t>(core::bits<7, 0>(event.intr_info)),
                           static_cast<std::uint8_t>(core::bits<10, 8>(event.intr_info)),
                           std::nullopt};
    if (core::bits<11, 11>(event.intr_info) != 0) injection.error_code = event.error_code;
    inject(vcpu, time, injection);
  }
  vcpu.injected = false;
  end_exit(vcpu, time);
}

void KvmMachine::inject(KvmVcpu& vcpu, std::uint64_t time, KvmInjection const& event) {
  InjectRow row;
  row.time = time;
  row.after_exit = vcpu.exits == 0 ? no_exit : vcpu.exits - 1;
  row.position = window_.next_sequence();
  row.vector = event.vector;
  row.type = event.type;
  row.error_code = event.error_code;
  sink_.write(vcpu.number, row);
  vcpu.injected = true;
  ++injections_;
}

void KvmMachine::end_exit(KvmVcpu& vcpu, std::optional<std::uint64_t> time) {
  if (!vcpu.exit) return;
  vcpu.exit->time_out = time;
  sink_.write(vcpu.number, *vcpu.exit);
  vcpu.exit.reset();
}

void KvmMachine::lost(std::optional<std::uint64_t> thread, std::uint64_t count) {
  auto const found = thread ? by_thread_.find(*thread) : by_thread_.end();
  tally_.lost(count);
  if (found == by_thread_.end()) {
    sink_.lost(0, count);
    return;
  }
  abandon(*found->second);
  end_exit(*found->second, std::nullopt);
  found->second->fresh = true;
  sink_.lost(found->second->number, count);
}

void KvmMachine::finish() {
  for (auto const& [thread, vcpu] : by_thread_) {
    if (vcpu->hand_over && vcpu->hand_over->doubtful) give(*vcpu, no_stamp);
    abandon(*vcpu);
    end_exit(*vcpu, std::nullopt);
  }
  window_.close_all();
  if (std::size_t const threads = outline_.vcpus.doubtful().size(); threads != 0) {
    tally_.note("thread prints a vCPU number that is not the one it has here", threads);
  }
  if (window_.closed_early() != 0)
    tally_.note("access closed before its end was seen", window_.closed_early());
}

}  // namespace acrn::traces
