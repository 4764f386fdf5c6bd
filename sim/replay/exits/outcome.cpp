// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/exits/outcome.hpp"

#include <bit>
#include <cstring>

namespace acrn::replay::exits {

namespace bit = traces::exit_written;

/// Of a register that is written twice the last value counts.
void Outcome::put_registers(core::Commit const& commit) noexcept {
  std::array<std::uint64_t, 16> values;
  std::uint32_t written = 0;
  for (std::size_t i = 0; i < commit.register_count; ++i) {
    auto const reg = static_cast<unsigned>(commit.registers[i]);
    values[reg] = commit.values[i];
    written |= 1U << reg;
  }
  for (; written != 0; written &= written - 1) {
    auto const reg = static_cast<unsigned>(std::countr_zero(written));
    put(reg, values[reg]);
  }
}

void Outcome::put_control(core::ControlWrite const& control) noexcept {
  if (control.target == core::ControlRegister::none) return;
  put(bit::control_register, static_cast<std::uint64_t>(control.target) |
                                 static_cast<std::uint64_t>(control.efer_change) << 8U |
                                 static_cast<std::uint64_t>(control.pdptes_change) << 9U);
  put(bit::control_value, control.value);
}

void Outcome::put_vector(core::Commit const& commit) noexcept {
  if (commit.vector_width == 0) return;
  put(bit::vector_register, commit.vector_index | std::uint64_t{commit.vector_width} << 8U);
  for (unsigned word = 0; word < commit.vector_width / 8U; ++word) {
    std::uint64_t value = 0;
    std::memcpy(&value, commit.vector.data() + std::size_t{word} * sizeof value, sizeof value);
    put(bit::vector_word0 + word, value);
  }
}

void Outcome::take(core::VcpuCommit const& both, std::uint64_t rip, std::uint8_t length) noexcept {
  core::Commit const& commit = both.commit;
  core::ControlWrite const& control = both.control;
  mask_ = 0;
  count_ = 0;
  put_registers(commit);
  if (commit.rflags_change == core::Change::set) put(bit::rflags, commit.rflags);
  std::uint64_t const next = commit.next_rip(rip);
  if (next != rip + length) put(bit::rip, next - rip);
  put_control(control);
  put_vector(commit);
  if (commit.single_step) put(bit::single_step, 1);
  bool const loads_efer =
      control.target != core::ControlRegister::none && control.efer_change == core::Change::set;
  if (loads_efer) put(bit::efer, control.efer);
}

}  // namespace acrn::replay::exits
