// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/checker.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace acrn::replay {
namespace {

constexpr std::array<std::string_view, 16> register_names{"rax", "rcx", "rdx", "rbx", "rsp", "rbp",
                                                          "rsi", "rdi", "r8",  "r9",  "r10", "r11",
                                                          "r12", "r13", "r14", "r15"};

/// Names in the order of Field; "{}" stands for the index.
constexpr std::array<std::string_view, static_cast<std::size_t>(Field::inject_origin) + 1> names{
    "exit.reason",
    "exit.port",
    "exit.size",
    "exit.direction",
    "fault",
    "handling",
    "value",
    "register",
    "slots",
    "asked.registers",
    "asked.state",
    "asked.memory",
    "asked.entry_state",
    "progress",
    "stop",
    "written",
    "register.{}",
    "rflags",
    "rip",
    "control",
    "control.value",
    "control.efer",
    "vector",
    "vector.word{}",
    "single_step",
    "accesses",
    "access[{}].space",
    "access[{}].direction",
    "access[{}].size",
    "access[{}].address",
    "access[{}].value",
    "access[{}].handling",
    "slots",
    "slot[{}].from",
    "slot[{}].to",
    "slot[{}].actor",
    "entered",
    "inject",
    "inject.vector",
    "inject.type",
    "inject.error_code",
    "inject.origin",
};

}  // namespace

std::string name(Field field, std::uint8_t index) {
  auto const which = static_cast<std::size_t>(field);
  if (which >= names.size()) return "?";
  if (field == Field::written_register) {
    return fmt::format("register.{}", register_names[index % register_names.size()]);
  }
  std::string_view const pattern = names[which];
  std::size_t const place = pattern.find("{}");
  if (place == std::string_view::npos) return std::string{pattern};
  return fmt::format("{}{}{}", pattern.substr(0, place), index, pattern.substr(place + 2));
}

void Checker::diverged(std::size_t where, PlannedVcpu vcpu, Comparison const& comparison) {
  ++divergences_;
  if (first_ && first_->position <= where) return;
  first_ = Divergence{.position = where,
                      .vcpu = vcpu,
                      .field = name(comparison.field, comparison.index),
                      .expected = comparison.expected,
                      .actual = comparison.actual};
}

}  // namespace acrn::replay
