// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/vmx_test/test_bed.hpp"

#include <algorithm>
#include <span>

#include "baremetal/vmx/enable.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::uint64_t page_size_bytes = 4096;
constexpr std::uint16_t vpid_first = 0x7e;
constexpr std::uint16_t vpid_second = 0x7f;

constinit TestBed the_test_bed{};

}  // namespace

TestBed& test_bed() noexcept { return the_test_bed; }

std::optional<VmxRefusal> TestBed::prepare(FrameSource frames) noexcept {
  frames_ = frames;
  if (std::optional<VmxRefusal> const refusal = enable_vmx(frames)) return refusal;
  if (std::optional<VmxRefusal> const refusal = make_memory()) return refusal;
  io_bitmap_.allow(*core::PortRange::closed(core::Port{0x40}, core::Port{0x4f}));
  VmxVcpuConfig config{.frames = frames,
                       .ept = &ept_,
                       .vpid = vpid_second,
                       .io_bitmap = &io_bitmap_,
                       .msr_bitmap = &msr_bitmap_,
                       .start = start_of(GuestStart::Mode::real)};
  if (auto const made = second_.initialise(config); !made) return made.error();
  second_.unload();
  config.vpid = vpid_first;
  if (auto const made = vcpu_.initialise(config); !made) return made.error();
  return std::nullopt;
}

std::optional<VmxRefusal> TestBed::make_memory() noexcept {
  EptFeatures const features = ept_features(read_vmx_capabilities().ept_vpid);
  if (!ept_.initialise(frames_, features)) return VmxRefusal::no_memory;
  for (std::size_t index = 0; index < page_count; ++index) {
    pages_[index] = frames_.take_page();
    if (pages_[index] == 0) return VmxRefusal::no_memory;
    EptMapping const mapping{.first = {index * page_size_bytes},
                             .host_physical = pages_[index],
                             .size = page_size_bytes};
    if (!ept_.map(mapping)) return VmxRefusal::no_memory;
  }
  return std::nullopt;
}

GuestStart TestBed::start_of(GuestStart::Mode mode) noexcept {
  GuestStart start{.mode = mode, .rip = code_at, .rsp = stack_top, .cr3 = tables_at};
  if (mode == GuestStart::Mode::real) {
    start.code_selector = 0;
    start.data_selector = 0;
  }
  return start;
}

void TestBed::begin(GuestStart::Mode mode, std::initializer_list<std::uint8_t> code) noexcept {
  for (std::uint64_t const page : pages_) {
    std::ranges::fill(std::span{reinterpret_cast<std::uint64_t*>(page), 512}, 0);
  }
  put(code_at, code);
  if (mode == GuestStart::Mode::long64) make_page_tables();
  vcpu_.start(start_of(mode));
  vcpu_.arm_preemption_timer(10'000'000);
}

void TestBed::make_page_tables() noexcept {
  constexpr std::uint64_t present_writable = 3;
  constexpr std::uint64_t large = 0x80;
  put_word(tables_at, (tables_at + page_size_bytes) | present_writable);
  put_word(tables_at + page_size_bytes, (tables_at + 2 * page_size_bytes) | present_writable);
  put_word(tables_at + 2 * page_size_bytes, present_writable | large);
}

void TestBed::put(std::uint64_t gpa, std::initializer_list<std::uint8_t> bytes) noexcept {
  auto* to = reinterpret_cast<std::uint8_t*>(pages_[gpa / page_size_bytes]) + gpa % page_size_bytes;
  for (std::uint8_t const byte : bytes) *to++ = byte;
}

void TestBed::put_word(std::uint64_t gpa, std::uint64_t value) noexcept {
  *reinterpret_cast<std::uint64_t*>(pages_[gpa / page_size_bytes] + gpa % page_size_bytes) = value;
}

std::uint64_t TestBed::word(std::uint64_t gpa) const noexcept {
  return *reinterpret_cast<std::uint64_t const*>(pages_[gpa / page_size_bytes] +
                                                 gpa % page_size_bytes);
}

core::MachineExit TestBed::run(VmxVcpu& vcpu) noexcept {
  // Interrupts of the machine, which the firmware's timer may still send, are taken and dropped.
  constexpr unsigned interrupts_max = 16;
  core::MachineExit exit{};
  for (unsigned count = 0; count < interrupts_max; ++count) {
    if (vcpu.enter() == EnterResult::failed) return {.reason = failed};
    exit = vcpu.exit_information();
    if (exit.reason != static_cast<std::uint16_t>(core::MachineReason::external_interrupt)) break;
  }
  return exit;
}

void TestBed::skip(core::MachineExit const& exit) noexcept {
  core::Commit commit;
  commit.start(exit.instruction_length);
  vcpu_.apply(core::VcpuCommit{commit, core::ControlWrite{}});
}

void TestBed::finish(core::MachineExit const& exit, core::Register reg,
                     std::uint64_t value) noexcept {
  core::Commit commit;
  commit.start(exit.instruction_length);
  commit.set(reg, value);
  vcpu_.apply(core::VcpuCommit{commit, core::ControlWrite{}});
}

void TestBed::write_control(core::MachineExit const& exit,
                            core::ControlWrite const& control) noexcept {
  core::Commit commit;
  commit.start(exit.instruction_length);
  vcpu_.apply(core::VcpuCommit{commit, control});
}

}  // namespace acrn::baremetal
