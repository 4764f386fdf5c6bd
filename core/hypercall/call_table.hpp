// SPDX-License-Identifier: BSD-3-Clause
// What every hypercall of the I/O path is called, takes and answers: one table, as data.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/abi/hypercall.hpp"
#include "core/hypercall/error_numbers.hpp"

namespace acrn::core {

/// An error that a call can leave in RAX, and when. Number 0 fills a row's unused places.
struct CallError {
  std::int32_t number{};
  std::string_view when{};
};

inline constexpr std::size_t call_error_count_max = 5;

/// One call. `first` and `second` say what RDI and RSI hold; empty: the call does not look.
struct CallInfo {
  abi::Hypercall id{};
  std::string_view name{};  ///< ACRN's
  std::string_view purpose{};
  std::string_view first{};
  std::string_view second{};
  std::array<CallError, call_error_count_max> errors{};
};

/// The calls in the order of their ids. Errors that every call can meet are not repeated here:
/// #UD for a VM without hypercalls, #GP(0) outside ring 0. Source of names and arguments: ACRN
/// hypervisor, include/public/acrn_hv_defs.h (2025); errors are those of Hypercalls.
inline constexpr auto call_table = [] {
  using enum abi::Hypercall;
  using namespace errors;  // NOLINT(google-build-using-namespace)
  using Row = CallInfo;
  constexpr std::string_view vm = "VM id, 1 to 8, relative to the service VM";
  constexpr CallError no_vm{refused, "RDI names no VM"};
  constexpr CallError no_such_vm{refused, "RDI names no VM, or the VM's state forbids it"};
  constexpr CallError not_ram{bad_address, "the structure is not in the caller's RAM"};
  return std::array{
      Row{get_api_version,
          "HC_GET_API_VERSION",
          "tells the version of this interface",
          "address of struct hc_api_version, written",
          "",
          {{not_ram}}},
      Row{set_callback_vector,
          "HC_SET_CALLBACK_VECTOR",
          "sets the vector of the upcall to the service VM",
          "vector, 0x20 to 0xff",
          "",
          {{{invalid_argument, "the vector is below 0x20 or above 0xff"}}}},
      Row{create_vm,
          "HC_CREATE_VM",
          "makes a VM, and tells its id and number of vCPUs",
          "address of struct acrn_vm_creation, read and written",
          "",
          {{not_ram,
            {invalid_argument,
             "a reserved field is not 0, or the CPU affinity is empty, names more than 16 CPUs or "
             "one that is not there"},
            {already_exists, "a VM has that name"},
            {no_space, "there are 8 VMs already"}}}},
      Row{destroy_vm, "HC_DESTROY_VM", "ends a paused VM", vm, "", {{no_such_vm}}},
      Row{start_vm,
          "HC_START_VM",
          "lets a created VM run",
          vm,
          "",
          {{{refused,
             "RDI names no VM, or the VM's state forbids it, or it has no request page"}}}},
      Row{pause_vm,
          "HC_PAUSE_VM",
          "stops a VM's vCPUs",
          vm,
          "",
          {{{refused, "RDI names no VM, or one that runs and matters more than the caller"}}}},
      Row{reset_vm, "HC_RESET_VM", "makes a paused VM as new", vm, "", {{no_such_vm}}},
      Row{inject_msi,
          "HC_INJECT_MSI",
          "sends a VM a message-signalled interrupt",
          vm,
          "address of struct acrn_msi_entry, read",
          {{{refused,
             "RDI names no VM, or one that matters more than the caller, or the entry is not in "
             "RAM or is no interrupt message"}}}},
      Row{set_irqline,
          "HC_SET_IRQLINE",
          "changes an interrupt line of a VM",
          vm,
          "bits 31:0 the line (GSI), bits 63:32 the operation, 0 to 3: high, low, raising pulse, "
          "falling pulse",
          {{{refused,
             "RDI names no VM, or one that matters more than the caller, or there is no such line "
             "or operation"}}}},
      Row{set_ioreq_buffer,
          "HC_SET_IOREQ_BUFFER",
          "names the page of a VM's I/O requests",
          vm,
          "address of a 64-bit word that holds the page's address, read",
          {{{refused,
             "RDI names no VM, or one that has been started or paused since it was made or reset, "
             "or the "
             "page is not aligned or not in RAM"}}}},
      Row{notify_request_finish,
          "HC_NOTIFY_REQUEST_FINISH",
          "tells the hypervisor that the request in a vCPU's slot may be complete",
          vm,
          "vCPU id: the index of its slot",
          {{{refused,
             "RDI names no VM, or one that matters more than the caller or has no request page, or "
             "RSI names no vCPU of it"}}}},
      Row{asyncio_assign,
          "HC_ASYNCIO_ASSIGN",
          "has the writes to a register queued in the VM's ring instead of forwarded",
          vm,
          "address of struct acrn_asyncio_info, read",
          {{no_vm,
            not_ram,
            {invalid_argument,
             "the type is neither ports nor MMIO, match_data is above 1, the address is 0 or no "
             "port, or the data is wider than a port write"},
            {already_exists, "some write would match a descriptor that exists"},
            {no_space, "the VM has 64 descriptors already"}}}},
      Row{asyncio_deassign,
          "HC_ASYNCIO_DEASSIGN",
          "ends what HC_ASYNCIO_ASSIGN began",
          vm,
          "address of struct acrn_asyncio_info, read",
          {{no_vm,
            not_ram,
            {invalid_argument, "the type is neither ports nor MMIO, or match_data is above 1"},
            {no_entry, "no descriptor equals this one"}}}},
      Row{setup_sbuf,
          "HC_SETUP_SBUF",
          "names a shared ring of a VM (requests queued, events) or of a CPU (traces, logs), or a "
          "VM's page of stamps",
          "VM id for the rings of a VM",
          "address of struct acrn_sbuf_param, read; a ring at address 0 is detached",
          {{{refused, "RDI names no VM, and the ring is one of a VM"},
            not_ram,
            {invalid_argument,
             "the reserved field is not 0, there is no such ring or CPU, or the ring's header says "
             "what its user cannot use"}}}},
  };
}();

/// The row of a call; nullptr for an id that is none.
constexpr CallInfo const* find_call(std::uint64_t id) noexcept {
  for (CallInfo const& row : call_table) {
    if (static_cast<std::uint64_t>(row.id) == id) return &row;
  }
  return nullptr;
}

/// Whether the table lets the call leave `rax` in RAX: 0, or one of its errors.
constexpr bool may_return(CallInfo const& call, std::int64_t rax) noexcept {
  if (rax == 0) return true;
  for (CallError const& error : call.errors) {
    if (error.number == rax) return true;
  }
  return false;
}

}  // namespace acrn::core
