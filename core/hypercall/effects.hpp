// SPDX-License-Identifier: BSD-3-Clause
// What a hypercall asks of the host, besides the value it returns: at most one thing.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/abi/sbuf.hpp"
#include "core/emulate/effects.hpp"
#include "core/hypercall/msi.hpp"
#include "core/ioreq/hypervisor_slot.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// What an interrupt line is to do. Values are those of HC_SET_IRQLINE's upper half.
enum class LineOperation : std::uint8_t { high = 0, low = 1, raising_pulse = 2, falling_pulse = 3 };

/// One thing for the host to do. The comments name the fields that are meant; `vm` always is,
/// except for callback_vector and the rings of physical CPUs.
struct HypercallEffect {
  enum class Kind : std::uint8_t {
    none,
    create_vm,        ///< vcpu_count, completion, cpu_affinity: make the vCPUs and an empty VmState
    attach_page,      ///< gpa, vcpu_count, completion: map it, HypervisorPage::announce()
    start_vm,         ///< let vCPU 0 run
    pause_vm,         ///< stop every vCPU where it stands; slots stay as they are
    reset_vm,         ///< reset the vCPUs and their exits, HypervisorPage::reset()
    destroy_vm,       ///< take the vCPUs, the page and the rings away
    notify_vcpu,      ///< vcpu: its request may be complete, resume its exit
    irq_line,         ///< line, operation
    inject_msi,       ///< msi
    callback_vector,  ///< vector: upcalls use it from now on; raise one, for one on the way before
    attach_buffer,    ///< buffer, gpa, size_bytes, and vm or cpu
    detach_buffer,    ///< buffer, and vm or cpu
  };
  Kind kind{};
  VmId vm{};  ///< relative to the service VM, as the calls carry it
  VcpuId vcpu{};
  std::uint16_t vcpu_count{};
  std::uint16_t cpu{};
  Completion completion{};
  std::uint64_t cpu_affinity{};
  Gpa gpa{};
  std::size_t size_bytes{};
  IrqLine line{};
  LineOperation operation{};
  Msi msi{};
  std::uint8_t vector{};
  abi::SharedBufferId buffer{};
};

}  // namespace acrn::core
