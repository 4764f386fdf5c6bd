// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/kvm_message.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/bits.hpp"
#include "traces/importers/scanner.hpp"

namespace acrn::traces {
namespace {

constexpr char const* bad_vector = "vector above 255";

// Vectors of the exceptions that have a mnemonic. Source: SDM vol. 3A, table 6-1 "Protected-Mode
// Exceptions and Interrupts".
struct Exception {
  std::string_view name;
  std::uint8_t vector;
};
constexpr std::array exceptions{
    Exception{"DE", 0},  Exception{"DB", 1},  Exception{"NMI", 2}, Exception{"BP", 3},
    Exception{"OF", 4},  Exception{"BR", 5},  Exception{"UD", 6},  Exception{"NM", 7},
    Exception{"DF", 8},  Exception{"TS", 10}, Exception{"NP", 11}, Exception{"SS", 12},
    Exception{"GP", 13}, Exception{"PF", 14}, Exception{"MF", 16}, Exception{"AC", 17},
    Exception{"MC", 18}, Exception{"XM", 19}, Exception{"XF", 19}, Exception{"VE", 20},
    Exception{"CP", 21}, Exception{"HV", 28}, Exception{"VC", 29}, Exception{"SX", 30},
};

// VM-entry interruption types. Source: SDM vol. 3C, table 25-17 "Format of the VM-Entry
// Interruption-Information Field".
constexpr std::uint8_t type_external = 0;
constexpr std::uint8_t type_hardware_exception = 3;
constexpr std::uint8_t type_software_interrupt = 4;

KvmParse injected(std::uint64_t vector, std::uint8_t type,
                  std::optional<std::uint32_t> error_code = std::nullopt) {
  if (vector > 0xFF) return refused(bad_vector);
  return {KvmInjection{static_cast<std::uint8_t>(vector), type, error_code}, nullptr};
}

}  // namespace

KvmParse parse_set_irq(std::string_view message) noexcept {
  RawFields const raw{message};
  Scanner scanner{message};
  auto const gsi = raw.any() ? raw.number("gsi") : take_decimal_field(scanner, "gsi");
  auto const level = raw.any() ? raw.number("level") : take_decimal_field(scanner, "level");
  if (!gsi || !level) return bad_form();
  return {KvmSetIrq{*gsi, *level}, nullptr};
}

// "vcpu 0 reason IO_INSTRUCTION rip 0x1 info1 0x0 ..." and its older, shorter forms.
KvmParse parse_exit(std::string_view message) noexcept {
  RawFields const raw{message};
  KvmExit exit;
  if (raw.any()) {
    auto const number = raw.number("exit_reason");
    if (!number || *number > ~std::uint32_t{0}) return bad_form();
    exit.number = static_cast<std::uint32_t>(*number);
    exit.vcpu = raw.number("vcpu_id");
    exit.rip = raw.number("guest_rip");
    exit.info1 = raw.number("info1");
    exit.vendor = raw.number("isa").value_or(1) == 2 ? Vendor::svm : Vendor::vmx;
    return {exit, nullptr};
  }
  Scanner scanner{message};
  exit.vcpu = take_decimal_field(scanner, "vcpu");
  scanner.take(',');
  if (!scanner.take_word("reason")) return bad_form();
  std::string_view const rest = scanner.rest();
  std::size_t const end = std::min(rest.find(" rip "), rest.find(" info"));
  exit.reason = trim(rest.substr(0, end));
  if (exit.reason.empty()) return bad_form();
  if (end == std::string_view::npos) return {exit, nullptr};
  scanner = Scanner{rest.substr(end)};
  exit.rip = take_hex_field(scanner, "rip");
  exit.info1 = take_hex_field(scanner, "info");
  if (!exit.info1) exit.info1 = take_hex_field(scanner, "info1");
  return {exit, nullptr};
}

KvmParse parse_entry(std::string_view message) noexcept {
  RawFields const raw{message};
  KvmEntry entry;
  if (raw.any()) {
    entry.vcpu = raw.number("vcpu_id");
    entry.intr_info = static_cast<std::uint32_t>(raw.number("intr_info").value_or(0));
    entry.error_code = static_cast<std::uint32_t>(raw.number("error_code").value_or(0));
    return {entry, nullptr};
  }
  Scanner scanner{message};
  entry.vcpu = take_decimal_field(scanner, "vcpu");
  if (!entry.vcpu) return bad_form();
  scanner.take(',');
  take_hex_field(scanner, "rip");
  entry.intr_info = static_cast<std::uint32_t>(take_hex_field(scanner, "intr_info").value_or(0));
  entry.error_code = static_cast<std::uint32_t>(take_hex_field(scanner, "error_code").value_or(0));
  return {entry, nullptr};
}

// "irq 33" (before 5.19), "IRQ 0x21", "Soft/INTn 0x80 [reinjected]".
KvmParse parse_inj_virq(std::string_view message) noexcept {
  RawFields const raw{message};
  if (raw.any()) {
    auto const vector = raw.number("vector") ? raw.number("vector") : raw.number("irq");
    bool const soft = raw.number("soft").value_or(0) != 0;
    if (!vector) return bad_form();
    return injected(*vector, soft ? type_software_interrupt : type_external);
  }
  Scanner scanner{message};
  if (auto const vector = take_decimal_field(scanner, "irq")) {
    return injected(*vector, type_external);
  }
  bool const soft = scanner.take_word("Soft/INTn");
  if (!soft && !scanner.take_word("IRQ")) return bad_form();
  auto const vector = scanner.take_hex();
  if (!vector) return bad_form();
  return injected(*vector, soft ? type_software_interrupt : type_external);
}

// "#PF (0x2)", "#UD", "#GP (0x0) [reinjected]".
KvmParse parse_inj_exception(std::string_view message) noexcept {
  RawFields const raw{message};
  if (raw.any()) {
    auto const vector = raw.number("exception");
    if (!vector) return bad_form();
    if (raw.number("has_error").value_or(0) == 0) return injected(*vector, type_hardware_exception);
    return injected(*vector, type_hardware_exception,
                    static_cast<std::uint32_t>(raw.number("error_code").value_or(0)));
  }
  Scanner scanner{message};
  scanner.take('#');
  std::string_view const name = scanner.take_token();
  auto const* const found = std::find_if(exceptions.begin(), exceptions.end(),
                                         [&](Exception const& e) { return e.name == name; });
  auto const number = Scanner{name}.take_number();
  if (found == exceptions.end() && !number) return bad_form();
  std::uint64_t const vector = found == exceptions.end() ? *number : found->vector;
  scanner.skip_blanks();
  if (!scanner.take('(')) return injected(vector, type_hardware_exception);
  return injected(vector, type_hardware_exception,
                  static_cast<std::uint32_t>(scanner.take_hex().value_or(0)));
}

std::optional<IoExit> decode_io_exit(Vendor vendor, std::uint64_t info1) noexcept {
  auto const port = static_cast<std::uint16_t>(core::bits<31, 16>(info1));
  if (core::bits<63, 32>(info1) != 0) return std::nullopt;
  if (vendor == Vendor::svm) {
    // Bits 6:4 are one-hot for 1, 2 and 4 bytes; bit 0 is 1 for IN.
    auto const size = static_cast<std::uint8_t>(core::bits<6, 4>(info1));
    if (size != 1 && size != 2 && size != 4) return std::nullopt;
    return IoExit{port, size,
                  core::bits<0, 0>(info1) != 0 ? core::Direction::read : core::Direction::write};
  }
  auto const size_code = core::bits<2, 0>(info1);
  if (core::bits<15, 7>(info1) != 0 || size_code == 2 || size_code > 3) return std::nullopt;
  return IoExit{port, static_cast<std::uint8_t>(size_code + 1),
                core::bits<3, 3>(info1) != 0 ? core::Direction::read : core::Direction::write};
}

}  // namespace acrn::traces
