// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/guest/flat_loader.hpp"

#include "baremetal/guest/start_tables.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::uint16_t real_segment = flat_address >> 4U;
constexpr std::uint64_t real_stack_top = 0xfff0;

GuestStart start_real() noexcept {
  GuestStart start{};
  start.mode = GuestStart::Mode::real;
  start.rsp = real_stack_top;
  start.code_selector = real_segment;
  start.data_selector = real_segment;
  return start;
}

}  // namespace

core::Expected<GuestStart, LoadError> load_flat(std::span<std::uint8_t const> program,
                                                GuestStart::Mode mode, GuestRam ram) noexcept {
  bool const real = mode == GuestStart::Mode::real;
  std::uint64_t const size_max = real ? flat_size_max_real : flat_size_max;
  if (program.empty() || program.size() > size_max) {
    return core::Unexpected{LoadError{LoadProblem::flat_size, program.size(), size_max}};
  }
  if (ram.size() < high_memory) {
    return core::Unexpected{LoadError{LoadProblem::memory, ram.size(), high_memory}};
  }
  ram.copy(flat_address, program);
  return real ? start_real() : write_start_tables(ram, mode, flat_address);
}

}  // namespace acrn::baremetal
