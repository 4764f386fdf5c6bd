// SPDX-License-Identifier: BSD-3-Clause
// core's vCPU behind the recording decorators: what it asked and did is in the rows, once each.
#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "baremetal/capture/recording_cpu.hpp"
#include "baremetal/capture/recording_memory.hpp"
#include "baremetal/capture/recording_slot.hpp"
#include "tests/unit/baremetal/capture/recorded.hpp"
#include "tests/unit/core/vcpu/vcpu_bench.hpp"

namespace acrn::baremetal::tests {
namespace {

using core::MachineReason;
using core::Progress;
using core::Register;
using core::fakes::VcpuBench;
namespace read_bit = traces::exit_read;
namespace written_bit = traces::exit_written;

constexpr acrn::tests::VcpuKey key{3, 0};

/// Guest time that moves on with each question, and what a Service VM would tell.
struct Probe {
  std::uint64_t ticks{1000};
  std::vector<StageStamp> stamps{};
  std::array<std::uint64_t, 16> row{};  ///< as the Service VM writes it; t9 of 0: not used
  core::Ticks now() { return {ticks += 10}; }
  ServiceStamps service_stamps() {
    if (row[9] == 0) return {.stamps = stamps, .client = 2};
    return {.stamps = {}, .client = 2, .row = row.data(), .offset = ~std::uint64_t{0} - 4999};
  }
};

/// A host's loop in miniature, recording.
class Host {
 public:
  explicit Host(core::PlatformConfig const& config = {.ticks_hz = core::Pit::clock_hz,
                                                      .devices = core::fakes::whole_pc})
      : bench{config} {}

  VcpuBench bench;
  Probe probe;

  Progress take(core::MachineExit const& exit) {
    bench.now.value += 100;
    recorder_.begin_exit(exit, bench.cpu.rip(), bench.now);
    progress_ = bench.vcpu.begin(exit, environment(), {}, bench.now);
    return settle();
  }
  Progress answer(std::uint64_t value) {
    bench.slot.answer = {.kind = core::Poll::Kind::value, .value = value};
    progress_ = bench.vcpu.resume(environment(), {}, bench.now);
    return settle();
  }
  acrn::tests::CaptureRows rows() {
    recorder_.finish(capture_.sink());
    return read(capture_.file());
  }

 private:
  using Cpu = RecordingCpu<core::fakes::WholeCpu>;
  using Memory = RecordingMemory<core::fakes::Ram>;
  using Slot = RecordingSlot<core::fakes::Slot, Probe>;

  core::ExitEnvironment<Slot, Cpu, Memory> environment() {
    return {bench.platform, core::architectural, slot_, cpu_, memory_, bench.effects};
  }
  Progress settle() {
    if (core::is_underway(progress_)) return progress_;
    recorder_.end_exit(bench.vcpu.commit(), progress_, bench.vcpu.stop());
    bench.cpu.apply(bench.vcpu.commit());
    bench.now.value += 50;
    recorder_.enter(bench.vcpu.plan_entry(cpu_, bench.platform, bench.now), bench.now);
    return progress_;
  }

  Pages pages_{recorder_memory_min};
  Recorder recorder_{{.vm = 3, .vcpu = 0, .clients = {}, .memory = pages_.bytes()}};
  Capture capture_;
  Cpu cpu_{bench.cpu, recorder_};
  Memory memory_{bench.ram, recorder_};
  Slot slot_{bench.slot, recorder_, probe};
  Progress progress_{};
};

std::uint64_t value_of(std::uint32_t mask, std::vector<std::uint64_t> const& values, unsigned bit) {
  EXPECT_NE(mask >> bit & 1U, 0U) << "bit " << bit;
  return values.at(static_cast<std::size_t>(std::popcount(mask & ((1U << bit) - 1U))));
}
std::uint64_t asked(traces::ExitRow const& row, unsigned bit) {
  return value_of(row.register_mask, row.registers_read, bit);
}
std::uint64_t written(traces::ExitRow const& row, unsigned bit) {
  return value_of(row.written_mask, row.registers_written, bit);
}

TEST(RecordingHost, RecordsAWriteToADeviceOfTheHypervisor) {
  Host host;
  host.bench.cpu[Register::rax] = 0x5a;
  ASSERT_EQ(host.take(VcpuBench::port_exit(0xa1, 1, core::Direction::write)), Progress::done);
  auto const rows = host.rows();
  traces::ExitRow const& exit = rows.exit.at(key).at(0);
  EXPECT_EQ(exit.reason, 30U);
  EXPECT_EQ(exit.rip, 0x1000U);
  EXPECT_EQ(exit.time_in, 100U);
  EXPECT_EQ(exit.time_out, 150U);
  EXPECT_EQ(asked(exit, 0), 0x5aU);
  EXPECT_EQ(exit.written_mask, 0U) << "RIP went on by the length, nothing else changed";
  traces::AccessRow const& access = rows.access.at(key).at(0);
  EXPECT_EQ(access.access.address, 0xa1U);
  EXPECT_EQ(access.access.value, 0x5aU);
  EXPECT_EQ(access.handling, traces::Handling::hypervisor);
  EXPECT_EQ(access.exit, 0U);
  EXPECT_FALSE(rows.slot.contains(key));
}

TEST(RecordingHost, RecordsAForwardedReadWithItsLifeAndStamps) {
  Host host;
  host.probe.stamps = {{3, 1020}, {6, 1040}, {7, 1045}, {9, 1050}};
  host.bench.cpu[Register::rax] = 0x1111'2222'3333'4444;
  ASSERT_EQ(host.take(VcpuBench::port_exit(0x5678, 1, core::Direction::read)), Progress::waiting);
  ASSERT_EQ(host.answer(0xab), Progress::done);
  auto const rows = host.rows();
  traces::ExitRow const& exit = rows.exit.at(key).at(0);
  EXPECT_EQ(asked(exit, 0), 0x1111'2222'3333'4444U) << "the rest of RAX is kept";
  EXPECT_EQ(written(exit, 0), 0x1111'2222'3333'44abU);
  traces::AccessRow const& access = rows.access.at(key).at(0);
  EXPECT_EQ(access.access.value, 0xabU);
  EXPECT_EQ(access.handling, traces::Handling::forwarded);
  EXPECT_EQ(access.client, 2U);
  EXPECT_EQ(access.stages[3], 1020U);
  EXPECT_EQ(access.stages[7], 1045U);
  EXPECT_EQ(access.stages[6], traces::no_stamp) << "that is in the slot's rows";
  auto const& slots = rows.slot.at(key);
  ASSERT_EQ(slots.size(), 4U);
  std::array<std::uint64_t, 4> const times{1010, 1040, 1050, 1020};
  std::array<std::uint8_t, 5> const states{3, 0, 2, 1, 3};
  std::array<std::uint8_t, 4> const actors{1, 2, 3, 1};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(slots[i].time, times[i]);
    EXPECT_EQ(slots[i].access, 0U);
    EXPECT_EQ(slots[i].from, states[i]);
    EXPECT_EQ(slots[i].to, states[i + 1]);
    EXPECT_EQ(slots[i].actor, actors[i]);
  }
}

TEST(RecordingHost, TakesTheServiceVmsStampsFromItsPage) {
  Host host;
  // Host TSC is 5000 ahead of the guest's time; t4 is older than the request: not taken.
  host.probe.row[4] = 5900;
  host.probe.row[5] = 6012;
  host.probe.row[6] = 6014;
  host.probe.row[8] = 6017;
  host.probe.row[9] = 6018;
  ASSERT_EQ(host.take(VcpuBench::port_exit(0x5678, 1, core::Direction::read)), Progress::waiting);
  ASSERT_EQ(host.answer(0xab), Progress::done);
  auto const rows = host.rows();
  auto const& slots = rows.slot.at(key);
  ASSERT_EQ(slots.size(), 4U);
  EXPECT_EQ(slots[0].time, 1010U);
  EXPECT_EQ(slots[1].time, 1014U);
  EXPECT_EQ(slots[2].time, 1018U);
  EXPECT_EQ(slots[3].time, 1020U);
  traces::AccessRow const& access = rows.access.at(key).at(0);
  EXPECT_EQ(access.client, 2U);
  EXPECT_EQ(access.stages[4], traces::no_stamp);
  EXPECT_EQ(access.stages[5], 1012U);
  EXPECT_EQ(access.stages[6], traces::no_stamp) << "that is in the slot's rows";
  EXPECT_EQ(access.stages[7], traces::no_stamp);
  EXPECT_EQ(access.stages[8], 1017U);
}

TEST(RecordingHost, TellsItsOwnTransitionsWhereThePageHasNoOthers) {
  Host host;
  host.probe.row[9] = 5900;  // of an earlier request
  ASSERT_EQ(host.take(VcpuBench::port_exit(0x5678, 1, core::Direction::read)), Progress::waiting);
  ASSERT_EQ(host.answer(0xab), Progress::done);
  auto const rows = host.rows();
  ASSERT_EQ(rows.slot.at(key).size(), 2U);
  EXPECT_EQ(rows.slot.at(key)[1].to, 3U);
  EXPECT_EQ(rows.access.at(key).at(0).stages, traces::AccessRow::make_stages());
}

TEST(RecordingHost, WithoutStampsOfTheServiceVmOnlyItsOwnTransitionsAreKnown) {
  Host host;
  ASSERT_EQ(host.take(VcpuBench::port_exit(0x5678, 1, core::Direction::write)), Progress::waiting);
  ASSERT_EQ(host.answer(0), Progress::done);
  auto const rows = host.rows();
  auto const& slots = rows.slot.at(key);
  ASSERT_EQ(slots.size(), 2U);
  EXPECT_EQ(slots[0].to, 0U);
  EXPECT_EQ(slots[1].from, 1U);
  EXPECT_EQ(slots[1].to, 3U);
}

TEST(RecordingHost, RecordsCpuidWithTheHostsAnswer) {
  Host host;
  host.bench.cpu[Register::rax] = 1;
  host.bench.cpu[Register::rcx] = 0;
  ASSERT_EQ(host.take(VcpuBench::exit_of(MachineReason::cpuid)), Progress::done);
  auto const rows = host.rows();
  traces::ExitRow const& exit = rows.exit.at(key).at(0);
  EXPECT_EQ(asked(exit, 0), 1U);
  ASSERT_EQ(exit.entry_state.size() % (1 + traces::state_tag::cpuid_size), 0U);
  ASSERT_FALSE(exit.entry_state.empty());
  EXPECT_EQ(exit.entry_state[0], traces::state_tag::cpuid);
  std::uint32_t eax = 0;
  std::memcpy(&eax, exit.entry_state.data() + 9, sizeof eax);
  EXPECT_EQ(eax, 0xffff'ffffU);
  for (unsigned reg = 0; reg < 4; ++reg) {
    EXPECT_EQ(written(exit, reg), host.bench.cpu.registers[reg]);
  }
}

TEST(RecordingHost, RecordsGuestMemoryAndTheCpuThatAnMmioInstructionNeeds) {
  Host host;
  host.bench.cpu.state.cr0 = 0x11;  // no paging: linear is physical
  host.bench.cpu.state.efer = 0;
  host.bench.cpu.code = {.limit = 0xffff'ffff, .access_rights = 0xc09b};
  std::array<std::uint8_t, 2> const store{0x89, 0x03};  // mov %eax,(%ebx)
  std::copy(store.begin(), store.end(), host.bench.ram.bytes.begin() + 0x1000);
  host.bench.cpu[Register::rax] = 0x1122'3344;
  host.bench.cpu[Register::rbx] = 0xfed0'0000;
  core::MachineExit exit = VcpuBench::exit_of(MachineReason::ept_violation, 0);
  exit.qualification = 0x182;
  exit.guest_physical = {0xfed0'0000};
  exit.guest_linear = 0xfed0'0000;
  ASSERT_EQ(host.take(exit), Progress::waiting);
  ASSERT_EQ(host.answer(0), Progress::done);
  auto const rows = host.rows();
  traces::ExitRow const& row = rows.exit.at(key).at(0);
  EXPECT_EQ(asked(row, read_bit::guest_physical), 0xfed0'0000U);
  EXPECT_EQ(asked(row, read_bit::guest_linear), 0xfed0'0000U);
  EXPECT_EQ(asked(row, 3), 0xfed0'0000U);
  EXPECT_EQ(written(row, written_bit::rip), 2U) << "the length was not in the VMCS";
  ASSERT_GE(row.guest_ram_read.size(), 3U);
  EXPECT_EQ(static_cast<std::uint8_t>(row.guest_ram_read[0]),
            traces::ram_ask::read | traces::ram_ask::succeeded);
  EXPECT_NE(row.guest_ram_read.find("\x89\x03"), std::string::npos);
  std::string const& log = row.entry_state;
  EXPECT_NE(log.find(static_cast<char>(traces::state_tag::control)), std::string::npos);
  EXPECT_EQ(rows.access.at(key).at(0).access.value, 0x1122'3344U);
  EXPECT_EQ(rows.access.at(key).at(0).access.space, core::Space::mmio);
}

TEST(RecordingHost, RecordsInjectionsAndWhatDecidedThem) {
  Host host;
  host.bench.start_pics(0x0001);
  host.bench.start_timer(0x100);
  host.bench.now.value += 0x1000;
  host.take(VcpuBench::exit_of(MachineReason::preemption_timer, 0));
  auto const rows = host.rows();
  traces::ExitRow const& exit = rows.exit.at(key).at(0);
  EXPECT_EQ(asked(exit, read_bit::entry_state), core::rflags::fixed | core::fakes::flag_if)
      << "RFLAGS was not asked at the exit, so that nothing implies it";
  traces::InjectRow const& inject = rows.inject.at(key).at(0);
  EXPECT_EQ(inject.vector, 0x30U);
  EXPECT_EQ(inject.type, 0U);
  EXPECT_EQ(inject.after_exit, 0U);
  EXPECT_EQ(inject.origin, static_cast<std::uint8_t>(traces::InjectedBy::device));
  EXPECT_EQ(inject.time, exit.time_out);
}

TEST(RecordingHost, RecordsAFaultAndHowTheExitEnded) {
  Host host;
  ASSERT_EQ(host.take(VcpuBench::exit_of(MachineReason::vmxon, 4)), Progress::fault);
  auto const rows = host.rows();
  traces::ExitRow const& exit = rows.exit.at(key).at(0);
  EXPECT_EQ(written(exit, written_bit::progress), static_cast<std::uint64_t>(Progress::fault));
  EXPECT_EQ(written(exit, written_bit::rip), 0U) << "RIP was kept";
  traces::InjectRow const& inject = rows.inject.at(key).at(0);
  EXPECT_EQ(inject.vector, 6U);
  EXPECT_EQ(inject.origin, static_cast<std::uint8_t>(traces::InjectedBy::fault));
}

TEST(RecordingHost, RecordsThatTheVmStops) {
  Host host;
  host.bench.cpu[Register::rax] = 0x21;
  host.take(VcpuBench::port_exit(0xf4, 1, core::Direction::write));
  auto const rows = host.rows();
  EXPECT_EQ(written(rows.exit.at(key).at(0), written_bit::stop),
            static_cast<std::uint64_t>(core::StopKind::test_exit) | std::uint64_t{0x21} << 32U);
}

}  // namespace
}  // namespace acrn::baremetal::tests
