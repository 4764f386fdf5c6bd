// SPDX-License-Identifier: BSD-3-Clause
// Compiles the vCPU's templates for the bare machine: what only hosted tests instantiate could rot.
#include <span>

#include "core/emulate/page_slot.hpp"
#include "core/flat_cpu.hpp"
#include "core/ioreq/memory.hpp"
#include "core/vcpu/vcpu.hpp"

namespace acrn::core {

struct SavedState : FlatCpu {
  std::uint64_t values[16];
  std::uint64_t flags;
  std::uint64_t read_register(Register reg) const { return values[static_cast<unsigned>(reg)]; }
  CpuidLeaf cpuid(std::uint32_t leaf, std::uint32_t subleaf) const { return {leaf, subleaf}; }
  EntryState entry_state() const { return {.rflags = flags}; }
};

struct NoRam {
  bool read(Gpa /*gpa*/, std::span<std::uint8_t> /*out*/) { return false; }
  bool write(Gpa /*gpa*/, std::span<std::uint8_t const> /*in*/) { return false; }
  bool compare_exchange(Gpa /*gpa*/, std::uint8_t /*size*/, std::uint64_t /*expected*/,
                        std::uint64_t /*desired*/) {
    return false;
  }
};

using Slot = PageSlot<AtomicMemory>;
using Environment = ExitEnvironment<Slot, SavedState, NoRam>;

template Progress Vcpu::begin(MachineExit const&, Environment const&, Turn, Ticks);
template Progress Vcpu::resume(Environment const&, Turn, Ticks);
template void Vcpu::cancel(Slot&);
template EntryPlan Vcpu::plan_entry(SavedState&, Platform&, Ticks);

}  // namespace acrn::core
