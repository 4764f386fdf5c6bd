// SPDX-License-Identifier: BSD-3-Clause
// The Service VM from its entry to its endless loop.
#include <cstdint>
#include <new>

#include "baremetal/service_vm/crash.hpp"
#include "baremetal/service_vm/protection.hpp"
#include "baremetal/service_vm/service.hpp"
#include "baremetal/service_vm/vm_machine.hpp"

extern "C" [[noreturn]] void service_main(acrn::service_vm::ServiceBoot* boot) noexcept;

namespace acrn::service_vm {
namespace {

using Program = Service<VmMachine>;

constinit VmMachine machine{};
constinit VmMemories memories{};
/// Where the program lives: it is made at run time, and there is no heap.
alignas(Program) constinit std::array<std::byte, sizeof(Program)> place{};

[[noreturn]] void poll(Program& program) noexcept {
  for (;;) {
    static_cast<void>(program.poll_once());
  }
}

[[noreturn]] void serve_upcalls(Program& program) noexcept {
  for (;;) {
    program.run_once();
    machine.wait_for_upcall();
  }
}

}  // namespace
}  // namespace acrn::service_vm

void service_main(acrn::service_vm::ServiceBoot* boot) noexcept {
  using namespace acrn::service_vm;
  protect();
  auto* const program = new (place.data()) Program{machine, *boot, memories};
  if (boot->magic == boot_magic) tell_crashes_in(*boot);
  if (!program->start()) halt_forever();
  if (boot->hsm_mode == static_cast<std::uint32_t>(HsmMode::poll)) poll(*program);
  serve_upcalls(*program);
}
