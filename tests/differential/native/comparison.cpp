// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/native/comparison.hpp"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>

#include "core/insn/opcode_table.hpp"
#include "tests/differential/native/defined_flags.hpp"

namespace acrn::tests {

namespace {

template <class... Args>
std::string print(char const* format, Args... args) {
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), format, args...);  // NOLINT(*-vararg)
  return text.data();
}

std::string fault_name(Outcome const& outcome) {
  return outcome.fault ? print("exception %u", unsigned{*outcome.fault}) : "no exception";
}

/// The count of a shift or rotate: its last byte, CL, or 1.
unsigned shift_count(InstructionCase const& test) {
  core::OperandKind const kind = core::opcode_forms.at(test.form).second.kind;
  if (kind == core::OperandKind::immediate) return test.bytes.at(test.size - 1U);
  if (kind == core::OperandKind::cl) return static_cast<std::uint8_t>(test.before.registers[1]);
  return 1;
}

/// Which comes first is up to the CPU, if an operand is unaligned and outside its segment at once:
/// #GP(0) for the one, or #SS(0) for the other. Source: Intel SDM vol. 3A (Sep 2023), table 6-2.
bool same_fault(InstructionCase const& test, Outcome const& native, Outcome const& model) {
  if (native.fault == model.fault) return true;
  core::OpcodeForm const& form = core::opcode_forms.at(test.form);
  bool const unaligned =
      (form.first.aligned || form.second.aligned) && test.target % test.memory_size != 0;
  auto const of_operand = [](Outcome const& outcome) {
    return outcome.fault == std::uint8_t{12} || outcome.fault == std::uint8_t{13};
  };
  return unaligned && of_operand(native) && of_operand(model);
}

std::string register_differences(InstructionCase const& test, Outcome const& native,
                                 Outcome const& model) {
  bool const in64 = test.code == core::CodeSize::bits64;
  std::uint64_t const mask = in64 ? ~std::uint64_t{0} : 0xffff'ffffU;
  std::string text;
  for (std::size_t i = 0; i < (in64 ? 16U : 8U); ++i) {
    std::uint64_t const have = native.after.registers.at(i) & mask;
    std::uint64_t const want = model.after.registers.at(i) & mask;
    if (have == want) continue;
    text += print("; register %zu 0x%" PRIx64 ": CPU 0x%" PRIx64 ", core 0x%" PRIx64, i,
                  test.before.registers.at(i), have, want);
  }
  return text;
}

std::string memory_differences(InstructionCase const& test, Outcome const& native,
                               Outcome const& model) {
  std::string text;
  unsigned shown = 0;
  for (std::size_t i = 0; i < arena_size && shown < 4; ++i) {
    if (native.after.arena.at(i) == model.after.arena.at(i)) continue;
    ++shown;
    text += print("; arena byte 0x%zx 0x%02x: CPU 0x%02x, core 0x%02x", i,
                  unsigned{test.before.arena.at(i)}, unsigned{native.after.arena.at(i)},
                  unsigned{model.after.arena.at(i)});
  }
  return text;
}

std::string vector_differences(Outcome const& native, Outcome const& model, unsigned bytes) {
  std::string text;
  for (std::size_t i = 0; i < native.after.vectors.size(); ++i) {
    auto const& have = native.after.vectors.at(i);
    if (!std::equal(have.begin(), have.begin() + bytes, model.after.vectors.at(i).begin())) {
      text += print("; vector register %zu", i);
    }
  }
  return text;
}

}  // namespace

std::string difference(InstructionCase const& test, Outcome const& native, Outcome const& model,
                       unsigned vector_bytes) {
  if (model.broken != nullptr) return print("core: %s, CPU: ", model.broken) + fault_name(native);
  std::string text;
  if (!same_fault(test, native, model)) {
    text = "; CPU: " + fault_name(native) + ", core: " + fault_name(model);
  }
  core::Operation const operation = core::opcode_forms.at(test.form).operation;
  std::uint64_t const mask = native.fault
                                 ? ~std::uint64_t{0}
                                 : defined_flags(operation, test.operand_size, shift_count(test)) |
                                       core::rflags::direction;
  if (((native.after.flags ^ model.after.flags) & mask) != 0) {
    text +=
        print("; flags 0x%" PRIx64 ": CPU 0x%" PRIx64 ", core 0x%" PRIx64 ", defined 0x%" PRIx64,
              test.before.flags, native.after.flags, model.after.flags, mask);
  }
  text += register_differences(test, native, model);
  text += memory_differences(test, native, model);
  if (test.uses_vectors) text += vector_differences(native, model, vector_bytes);
  return text.empty() ? text : text.substr(2);
}

std::string describe(InstructionCase const& test) {
  unsigned const bits = 16U << static_cast<unsigned>(test.code);
  std::string text{core::opcode_forms.at(test.form).mnemonic};
  text += print(" (row %u) in %u-bit code:", unsigned{test.form}, bits);
  for (std::uint8_t const byte : test.code_bytes()) text += print(" %02X", unsigned{byte});
  return text;
}

}  // namespace acrn::tests
