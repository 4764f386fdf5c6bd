// SPDX-License-Identifier: BSD-3-Clause
// A hypervisor for the Service VM's program: core's hypercalls, real pages, and a log of the rest.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "baremetal/service_vm/machine.hpp"
#include "baremetal/service_vm/service_boot.hpp"
#include "baremetal/service_vm/stamp_row.hpp"
#include "core/asyncio/async_io.hpp"
#include "core/hypercall/hypercalls.hpp"
#include "core/ioreq/page.hpp"

namespace acrn::service_vm::fakes {

/// The Service VM's RAM: from `base` on in this process. Base 0: its addresses are this process's.
struct Ram {
  std::uintptr_t base{};

  [[nodiscard]] std::uint8_t* at(core::Gpa gpa) const {
    return reinterpret_cast<std::uint8_t*>(base + gpa.value);
  }
  bool read(core::Gpa gpa, std::span<std::uint8_t> out) const {
    std::memcpy(out.data(), at(gpa), out.size());
    return true;
  }
  bool write(core::Gpa gpa, std::span<std::uint8_t const> in) const {
    std::memcpy(at(gpa), in.data(), in.size());
    return true;
  }
  static bool compare_exchange(core::Gpa /*gpa*/, std::uint8_t /*size*/, std::uint64_t /*expected*/,
                               std::uint64_t /*desired*/) {
    return false;
  }
};
static_assert(core::GuestMemory<Ram>);

struct LineCall {
  std::uint64_t vm;
  std::uint64_t line;
  core::LineOperation operation;
  friend bool operator==(LineCall const&, LineCall const&) = default;
};

class Hypervisor {
 public:
  using Kind = core::HypercallEffect::Kind;
  using Call = core::abi::Hypercall;

  /// One User VM.
  struct Vm {
    core::PageStorage* storage{};
    std::optional<core::HypervisorPage<core::AtomicMemory>> page;
    StampPage const* stamps{};
    core::Completion completion{};
    std::uint32_t vcpus{};
    std::uint64_t cpu_affinity{};
    bool started{};
  };

  explicit Hypervisor(Ram ram = {}) : ram_{ram} {
    for (std::size_t i = 0; i < asyncio_.size(); ++i) pointers_[i] = &asyncio_[i];
  }

  // What the Service VM's program sees: Machine.
  std::int64_t hypercall(Call id, std::uint64_t first, std::uint64_t second) {
    calls.push_back(id);
    if (auto const refusal = refusals.find(id); refusal != refusals.end()) return refusal->second;
    core::GuestRam const ram{ram_};
    auto const result = calls_.call(
        {.id = static_cast<std::uint64_t>(id), .first = first, .second = second, .caller = {}}, ram,
        pointers_);
    carry_out(result.effect);
    return result.rax;
  }
  std::uint64_t tsc() { return time += 10; }
  void relax() { ++relaxed; }
  [[nodiscard]] std::uint64_t upcall_time() const { return upcalled_at; }
  [[nodiscard]] std::uint64_t upcall_count() const { return upcalls; }
  void out(std::uint16_t port, std::uint8_t byte) {
    if (port == console_source_port) {
      source_ = byte;
    } else if (port == console_port) {
      text[source_] += static_cast<char>(byte);
    } else {
      ADD_FAILURE() << "a write to port " << port;
    }
  }

  // What its tests do.
  void upcall() {
    ++upcalls;
    upcalled_at = tsc();
  }
  core::Ticket submit(std::size_t vm, core::Access const& access, std::uint16_t vcpu = 0) {
    auto const ticket = vms.at(vm).page->submit({vcpu}, access);
    EXPECT_TRUE(ticket.has_value());
    submitted_at = tsc();
    return ticket.has_value() ? *ticket : core::Ticket{};
  }
  core::Poll poll(std::size_t vm, core::Ticket ticket, std::uint16_t vcpu = 0) {
    return vms.at(vm).page->poll({vcpu}, ticket);
  }
  [[nodiscard]] std::uint64_t stamp(std::size_t vm, core::abi::StampIndex index,
                                    std::uint16_t vcpu = 0) const {
    return stamp_word(vm, core::abi::stamp_offset(vcpu, index));
  }
  /// The client that has answered vCPU 0's latest request.
  [[nodiscard]] std::uint64_t client(std::size_t vm) const {
    return stamp_word(vm, core::abi::stamp_client_offset);
  }
  [[nodiscard]] std::string name(std::size_t vm) const {
    auto const& bytes = calls_.vm({static_cast<std::uint16_t>(vm)})->name;
    return {bytes.begin(), std::find(bytes.begin(), bytes.end(), 0)};
  }

  std::map<std::size_t, Vm> vms;  ///< by id
  std::vector<Call> calls;
  std::map<Call, std::int64_t> refusals;     ///< what these are answered with, whatever they ask
  std::map<std::uint8_t, std::string> text;  ///< by source
  std::vector<LineCall> lines;
  std::vector<std::pair<std::uint64_t, std::uint16_t>> notified;  ///< VM, vCPU
  std::optional<std::uint8_t> vector;
  std::uint64_t time{1'000'000};
  std::uint64_t upcalls{};
  std::uint64_t relaxed{};
  std::uint64_t upcalled_at{};
  std::uint64_t submitted_at{};

 private:
  [[nodiscard]] std::uint64_t stamp_word(std::size_t vm, std::size_t offset) const {
    std::uint64_t value = 0;
    auto const* page = reinterpret_cast<std::uint8_t const*>(vms.at(vm).stamps);
    std::memcpy(&value, page + offset, sizeof value);
    return value;
  }

  void carry_out(core::HypercallEffect const& effect) {
    switch (effect.kind) {
      case Kind::none:
        return;
      case Kind::create_vm:
        vms[effect.vm.value].vcpus = effect.vcpu_count;
        vms[effect.vm.value].cpu_affinity = effect.cpu_affinity;
        return;
      case Kind::attach_page: {
        Vm& vm = vms.at(effect.vm.value);
        vm.storage = reinterpret_cast<core::PageStorage*>(ram_.at(effect.gpa));
        vm.completion = effect.completion;
        vm.page.emplace(core::AtomicMemory{*vm.storage}, effect.completion);
        EXPECT_TRUE(vm.page->announce(effect.vcpu_count).has_value());
        return;
      }
      case Kind::attach_buffer:
        EXPECT_EQ(effect.buffer, core::abi::SharedBufferId::request_stamps);
        vms.at(effect.vm.value).stamps = reinterpret_cast<StampPage const*>(ram_.at(effect.gpa));
        return;
      case Kind::start_vm:
        vms.at(effect.vm.value).started = true;
        return;
      case Kind::callback_vector:
        vector = effect.vector;
        return;
      case Kind::irq_line:
        lines.push_back({effect.vm.value, effect.line.value, effect.operation});
        return;
      case Kind::notify_vcpu:
        notified.emplace_back(effect.vm.value, effect.vcpu.value);
        return;
      default:
        ADD_FAILURE() << "a hypercall that the Service VM has no use for";
    }
  }

  Ram ram_;
  std::array<core::AsyncIo, core::user_vm_count_max> asyncio_{};
  std::array<core::AsyncIo*, core::user_vm_count_max> pointers_{};
  core::Hypercalls calls_{{.service_vm = {}, .physical_cpus = 0xf}};
  std::uint8_t source_{};
};

static_assert(Machine<Hypervisor>);

}  // namespace acrn::service_vm::fakes
