// SPDX-License-Identifier: BSD-3-Clause
// Compiles core's templates for the bare machine: what only hosted tests instantiate could rot.
#include <span>

#include "core/emulate/page_slot.hpp"
#include "core/emulate/vcpu_io.hpp"
#include "core/flat_cpu.hpp"
#include "core/ioreq/memory.hpp"

namespace acrn::core {

struct SavedRegisters : FlatCpu {
  std::uint64_t values[16];
  std::uint64_t read_register(Register reg) const { return values[static_cast<unsigned>(reg)]; }
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
using Environment = VcpuEnvironment<Slot, SavedRegisters, NoRam>;

template Progress VcpuIo::begin(VmExit const&, Environment const&, Turn, Ticks);
template Progress VcpuIo::resume(Environment const&, Turn, Ticks);
template void VcpuIo::cancel(Slot&);

}  // namespace acrn::core
