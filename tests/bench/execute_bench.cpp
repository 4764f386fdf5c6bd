// SPDX-License-Identifier: BSD-3-Clause
// Decoding and executing what drivers do to device registers: undecoded EPT violations through
// IoOp, with Zydis' full decode of the same bytes beside them.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "core/emulate/io_op.hpp"
#include "core/insn/decoder.hpp"
#include "core/insn/memory_plan.hpp"
#include "core/profile.hpp"
#include "tests/bench/mmio_mix.hpp"
#include "tests/bench/zydis_full.hpp"
#include "tests/support/guest_ram.hpp"
#include "tests/support/page_tables.hpp"

namespace acrn::bench {
namespace {

using core::Register;
using std::chrono::steady_clock;

constexpr std::size_t instruction_count = 4096;
constexpr std::size_t ram_size = 1U << 20U;
constexpr std::uint64_t first_table = 0x10000;

/// A vCPU in 64-bit kernel code, whose address registers all point outside RAM. What instructions
/// commit goes to a second set of registers, so that each finds the same addresses again.
struct MixCpu {
  std::array<std::uint64_t, 16> registers{0xfe00'1000, 0x100'0000,  0xfe00'2000, 0xfe00'3000,
                                          0x8'0000,    0x8'0000,    0xfe00'4000, 0xf000'0000,
                                          0,           0,           0,           0,
                                          0xfe00'5000, 0xfe00'6000, 0,           0x40};
  std::array<core::VectorValue, 16> vectors{};
  std::array<core::SegmentState, 6> segments{};
  core::ControlState controls{};
  std::uint64_t instruction_pointer{0xffff'ffff'8100'0000};
  std::uint64_t flags{core::rflags::fixed};

  MixCpu() {
    segments.fill({.base = 0, .limit = 0xffff'ffff, .access_rights = 0xc093});
    segments.at(static_cast<std::size_t>(core::Segment::cs)).access_rights = 0xa09b;
  }
  [[nodiscard]] std::uint64_t read_register(Register reg) const {
    return registers[static_cast<std::size_t>(reg)];
  }
  [[nodiscard]] std::uint64_t rip() const { return instruction_pointer; }
  [[nodiscard]] std::uint64_t rflags() const { return flags; }
  [[nodiscard]] core::SegmentState segment(core::Segment name) const {
    return segments[static_cast<std::size_t>(name)];
  }
  [[nodiscard]] core::ControlState control() const { return controls; }
  [[nodiscard]] core::VectorValue read_vector(std::uint8_t index) const { return vectors[index]; }
};

enum class Paging : std::uint8_t { off, levels4 };

/// The mix as exits of one vCPU, and a device that answers them.
class Machine {
 public:
  explicit Machine(Paging paging) : mix_{instruction_count}, exits_(mix_.count()) {
    tests::PageTables tables{ram_, tests::Tables::levels4, first_table};
    cpu_.controls = tables.control;
    for (std::size_t i = 0; i < exits_.size(); ++i) {
      std::uint64_t const linear = operand_of(i);
      constexpr std::uint64_t page = 0xfff;
      std::uint64_t const gpa = linear & 0xffff'ffff;
      tables.map(linear & ~page, gpa & ~page);
      if (core::decode(mix_.fetched(i), core::CodeSize::bits64).instruction.operation ==
          core::Operation::movs) {
        std::uint64_t const target = cpu_.read_register(Register::rdi);
        tables.map(target & ~page, target & ~page);
      }
      exits_[i].reason = core::ExitReason::ept_violation;
      exits_[i].qualification = 0x182;  // a write by a translated linear address
      exits_[i].gpa = {gpa};
      exits_[i].guest_linear = linear;
      exits_[i].instruction_bytes = mix_.fetched(i);
    }
    if (paging == Paging::off) cpu_.controls.cr0 &= ~std::uint64_t{0x8000'0000};
  }

  [[nodiscard]] MmioMix const& mix() const { return mix_; }

  /// Executes the whole mix; gives how many instructions did not end well.
  [[gnu::noinline]] std::size_t run() {
    std::size_t refused = 0;
    for (core::VmExit const& exit : exits_) {
      core::Step* step = &op_.start(exit, core::architectural, cpu_, ram_);
      while (step->kind == core::StepKind::access) {
        step = &op_.next(answer(step->access), cpu_, ram_);
      }
      if (step->kind == core::StepKind::done && step->commit.ends_blocking) {
        apply(step->commit);
      } else {
        ++refused;
      }
      benchmark::ClobberMemory();
    }
    return refused;
  }

 private:
  [[nodiscard]] std::uint64_t operand_of(std::size_t index) {
    core::Decoded const decoded = core::decode(mix_.fetched(index), core::CodeSize::bits64);
    if (decoded.status != core::DecodeStatus::decoded) {
      throw std::logic_error("the decoder refused an instruction of the mix");
    }
    return core::memory_offset(decoded.instruction, 0, cpu_);
  }
  std::uint64_t answer(core::Access const& access) {
    std::uint64_t& cell = device_[access.address / 8 % device_.size()];
    if (access.direction == core::Direction::write) cell = access.value;
    return cell;
  }
  void apply(core::Commit const& commit) {
    for (std::size_t i = 0; i < commit.register_count; ++i) {
      after_.registers[static_cast<std::size_t>(commit.registers[i])] = commit.values[i];
    }
    if (commit.vector_width != 0) after_.vectors[commit.vector_index] = commit.vector;
    if (commit.rflags_change == core::Change::set) after_.flags = commit.rflags;
    after_.instruction_pointer = commit.next_rip(cpu_.instruction_pointer);
  }

  MmioMix mix_;
  std::vector<core::VmExit> exits_;
  tests::GuestRam ram_{ram_size};
  MixCpu cpu_{};
  MixCpu after_{};
  std::array<std::uint64_t, 512> device_{};
  core::IoOp op_{};
};

/// Both take turns, so that both see the machine as busy as it is; the counter compares the fastest
/// turn of each.
void execute(benchmark::State& state, Paging paging) {
  using Seconds = std::chrono::duration<double>;
  Machine machine{paging};
  ZydisFull const zydis;
  std::size_t refused = 0;
  Seconds best = Seconds::max();
  Seconds best_zydis = Seconds::max();
  for (auto _ : state) {
    auto const start = steady_clock::now();
    refused += machine.run();
    auto const middle = steady_clock::now();
    refused += zydis.decode(machine.mix());
    Seconds const zydis_time = steady_clock::now() - middle;
    Seconds const time = middle - start;
    state.SetIterationTime(time.count());
    best = std::min(best, time);
    best_zydis = std::min(best_zydis, zydis_time);
  }
  auto const count = static_cast<double>(machine.mix().count());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(machine.mix().count()));
  state.counters["best_ns"] = 1e9 * best.count() / count;
  state.counters["best_ns_zydis"] = 1e9 * best_zydis.count() / count;
  state.counters["times_zydis"] = best_zydis.count() / best.count();
  if (refused != 0) state.SkipWithError("an instruction of the mix was not executed");
}

void BM_ExecuteMmioMix(benchmark::State& state) { execute(state, Paging::off); }
BENCHMARK(BM_ExecuteMmioMix)->UseManualTime()->Unit(benchmark::kMicrosecond);

void BM_ExecuteMmioMixPaged(benchmark::State& state) { execute(state, Paging::levels4); }
BENCHMARK(BM_ExecuteMmioMixPaged)->UseManualTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace acrn::bench
