// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/exit_reason.hpp"

// The kernel's own tables, so that no name is mistyped: VMX_EXIT_REASONS and SVM_EXIT_REASONS.
#include <asm/kvm.h>
#include <asm/svm.h>
#include <asm/vmx.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <span>

#include "traces/importers/scanner.hpp"

namespace acrn::traces {
namespace {

struct NamedReason {
  std::int64_t number;  // wide enough for the kernel's mix of int and unsigned
  std::string_view name;
};

constexpr NamedReason vmx_reasons[] = {VMX_EXIT_REASONS};
constexpr NamedReason svm_reasons[] = {SVM_EXIT_REASONS};

// Names that VMX reasons had before Linux 2.6.39 (arch/x86/kvm/vmx.c, vmx_exit_reasons_str), names
// that changed later, and reasons newer than the installed header.
constexpr NamedReason vmx_other_names[] = {
    {0, "exception"},
    {1, "ext_irq"},
    {7, "pending_interrupt"},
    {12, "halt"},
    {18, "hypercall"},
    {31, "rdmsr"},
    {32, "wrmsr"},
    {36, "mwait"},
    {37, "mtf"},
    {39, "monitor"},
    {40, "pause"},
    {41, "machine_check"},
    {43, "tpr_below_thres"},
    {76, "seamcall"},
    {77, "tdcall"},
    {84, "msr_read_imm"},
    {85, "msr_write_imm"},
};

// Names of the libtraceevent plugin (after its "EXIT_"), and codes newer than the header.
constexpr NamedReason svm_other_names[] = {
    {0x60, "intr"},     {0x66, "idtr_read"},  {0x67, "gdtr_read"},  {0x68, "ldtr_read"},
    {0x69, "tr_read"},  {0x6A, "idtr_write"}, {0x6B, "gdtr_write"}, {0x6C, "ldtr_write"},
    {0x6D, "tr_write"}, {0x7B, "ioio"},       {0x81, "vmmcall"},    {0x8E, "rdpru"},
    {0xA5, "bus_lock"}, {0xA6, "idle_hlt"},   {0xFFFFFFFF, "err"},
};

bool same_but_case(std::string_view a, std::string_view b) {
  auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::uint32_t> find(std::span<NamedReason const> table, std::string_view name) {
  auto const* const found =
      std::find_if(table.data(), table.data() + table.size(),
                   [&](NamedReason const& reason) { return same_but_case(reason.name, name); });
  if (found == table.data() + table.size()) return std::nullopt;
  return static_cast<std::uint32_t>(found->number);
}

std::optional<std::uint32_t> find_vmx(std::string_view name) {
  auto const number = find(vmx_reasons, name);
  return number ? number : find(vmx_other_names, name);
}

std::string_view without_exit(std::string_view name) {
  return name.starts_with("EXIT_") ? name.substr(5) : name;
}

std::optional<std::uint32_t> find_svm(std::string_view name) {
  auto const number = find(svm_reasons, without_exit(name));
  return number ? number : find(svm_other_names, without_exit(name));
}

std::optional<std::uint32_t> plain_number(std::string_view name) {
  Scanner scanner{name};
  if (scanner.take("UNKNOWN")) scanner.skip_blanks();
  if (!scanner.take('(')) scanner.take('[');
  auto const number = scanner.take_number();
  if (!number || *number > ~std::uint32_t{0}) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

}  // namespace

std::string_view vendor_name(Vendor vendor) noexcept {
  switch (vendor) {
    case Vendor::unknown:
      return "";
    case Vendor::vmx:
      return "vmx";
    case Vendor::svm:
      return "svm";
  }
  return "";
}

Vendor vendor_of_reason(std::string_view name) noexcept {
  if (name.starts_with("EXIT_")) return find_svm(name) ? Vendor::svm : Vendor::unknown;
  if (!name.empty() && name.front() >= 'A' && name.front() <= 'Z' && find(vmx_reasons, name)) {
    return Vendor::vmx;  // the kernel's AMD names are in lower case, but for "PF excp" and such
  }
  bool const vmx = find_vmx(name).has_value();
  bool const svm = find_svm(name).has_value();
  if (vmx == svm) return Vendor::unknown;
  return vmx ? Vendor::vmx : Vendor::svm;
}

std::optional<std::uint32_t> exit_reason_number(std::string_view name, Vendor vendor) noexcept {
  auto const first = vendor == Vendor::svm ? find_svm(name) : find_vmx(name);
  if (first) return first;
  auto const second = vendor == Vendor::svm ? find_vmx(name) : find_svm(name);
  return second ? second : plain_number(name);
}

}  // namespace acrn::traces
