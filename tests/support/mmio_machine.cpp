// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/mmio_machine.hpp"

#include <algorithm>

#include "core/emulate/widen.hpp"
#include "core/paging/control_bits.hpp"

namespace acrn::core::fakes {

WholeCpu::WholeCpu(CpuMode mode) {
  constexpr std::uint32_t data = 0x93;  // present, read and write, accessed
  constexpr std::uint32_t code = 0x9b;  // present, execute and read, accessed
  constexpr std::uint32_t big = 0xc000;
  constexpr std::uint32_t is_long = 0xa000;
  bool const real = mode == CpuMode::real16;
  for (SegmentState& segment : segments) {
    segment = {.limit = real ? 0xffffU : 0xffff'ffffU, .access_rights = real ? data : data | big};
  }
  (*this)[Segment::cs].access_rights = mode == CpuMode::long64        ? code | is_long
                                       : mode == CpuMode::protected32 ? code | big
                                                                      : code;
  if (!real) controls.cr0 = cr0::protection_enable;
  if (mode == CpuMode::long64) controls.efer = efer::long_mode_active;
}

void WholeCpu::apply(Commit const& commit) {
  for (std::size_t i = 0; i < commit.register_count; ++i) {
    (*this)[commit.registers.at(i)] = commit.values.at(i);
  }
  if (commit.rflags_change == Change::set) flags = commit.rflags;
  std::copy_n(commit.vector.begin(), commit.vector_width, vectors.at(commit.vector_index).begin());
  instruction_pointer = commit.next_rip(instruction_pointer);
}

bool Ram::read(Gpa gpa, std::span<std::uint8_t> out) {
  if (gpa.value >= bytes.size() || out.size() > bytes.size() - gpa.value) return false;
  data_reads.push_back(gpa);
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(gpa.value), out.size(), out.begin());
  return true;
}

bool Ram::write(Gpa gpa, std::span<std::uint8_t const> in) {
  if (gpa.value >= std::min<std::uint64_t>(bytes.size(), rom_from)) return false;
  if (in.size() > bytes.size() - gpa.value) return false;
  std::copy(in.begin(), in.end(), bytes.begin() + static_cast<std::ptrdiff_t>(gpa.value));
  return true;
}

bool Ram::compare_exchange(Gpa gpa, std::uint8_t size, std::uint64_t expected,
                           std::uint64_t desired) {
  if (gpa.value + size > bytes.size() || get(gpa.value, size) != expected) return false;
  set(gpa.value, size, desired);
  return true;
}

std::uint64_t Ram::get(std::uint64_t gpa, std::uint8_t size) const {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{bytes.at(gpa + i)} << (8 * i);
  return value;
}

void Ram::set(std::uint64_t gpa, std::uint8_t size, std::uint64_t value) {
  for (unsigned i = 0; i < size; ++i) {
    bytes.at(gpa + i) = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

MmioMachine::MmioMachine(CpuMode mode, Profile const& profile) : cpu{mode}, profile_{profile} {
  ram.bytes.resize(ram_size);
  cpu.instruction_pointer = code;
}

void MmioMachine::set_device(std::uint64_t address, std::uint8_t size, std::uint64_t value) {
  for (unsigned i = 0; i < size; ++i) {
    device[address + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

std::uint64_t MmioMachine::get_device(std::uint64_t address, std::uint8_t size) const {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < size; ++i) {
    auto const found = device.find(address + i);
    value |= std::uint64_t{found == device.end() ? std::uint8_t{0xee} : found->second} << (8 * i);
  }
  return value;
}

void MmioMachine::load(std::vector<std::uint8_t> const& bytes) {
  std::copy(bytes.begin(), bytes.end(), ram.bytes.begin() + code);
  cpu.instruction_pointer = code - cpu[Segment::cs].base;
}

Step const& MmioMachine::run(std::uint64_t gpa, std::uint64_t qualification) {
  return run(VmExit{.reason = ExitReason::ept_violation,
                    .instruction_length = 1,  // undefined for EPT violations: never to be used
                    .qualification = qualification,
                    .gpa = {gpa}});
}

Step const& MmioMachine::execute(std::vector<std::uint8_t> const& bytes, std::uint64_t gpa) {
  load(bytes);
  return run(gpa);
}

Step const& MmioMachine::run(VmExit const& exit) {
  log.clear();
  ram.data_reads.clear();
  Step* step = &op.start(exit, profile_, cpu, ram);
  while (step->kind == StepKind::access) {
    if (fail_at == log.size()) return op.fail();
    std::uint64_t const value = answer(step->access);
    log.push_back(step->access);
    if (step->access.direction == Direction::read) {
      log.back().value = truncate(value, step->access.size);
    }
    step = &op.next(value, cpu, ram);
  }
  if (step->kind == StepKind::done) cpu.apply(step->commit);
  return *step;
}

/// The value for the operation. Above its size it is hostile: nobody may look there.
std::uint64_t MmioMachine::answer(Access const& access) {
  constexpr std::uint64_t garbage = 0xd1d2'd3d4'd5d6'd7d8;
  if (access.direction == Direction::write) {
    if (access.space != Space::port) set_device(access.address, access.size, access.value);
    return garbage;
  }
  std::uint64_t value = get_device(access.address, access.size);
  if (access.space == Space::port) {
    auto const found = ports.find(access.address);
    value = found == ports.end() ? ~std::uint64_t{0} : found->second;
  }
  return merge_low(garbage, value, access.size);
}

void MmioMachine::enable_paging() {
  constexpr std::uint64_t writable = 3;
  cpu.controls.cr0 |= cr0::paging | cr0::write_protect;
  cpu.controls.cr4 |= cr4::physical_address_extension;
  cpu.controls.cr3 = next_table_;
  next_table_ += 0x1000;
  for (std::uint64_t page = 0; page < ram_size; page += 0x1000) map(page, page, writable);
}

void MmioMachine::map(std::uint64_t linear, std::uint64_t gpa, std::uint64_t entry_bits) {
  std::uint64_t table = cpu.controls.cr3;
  for (unsigned shift = 39; shift > 12; shift -= 9) {
    std::uint64_t const entry = table + (linear >> shift & 0x1ffU) * 8;
    if (ram.get(entry, 8) == 0) {
      ram.set(entry, 8, next_table_ | 7);
      next_table_ += 0x1000;
    }
    table = ram.get(entry, 8) & ~std::uint64_t{0xfff};
  }
  ram.set(table + (linear >> 12U & 0x1ffU) * 8, 8, (gpa & ~std::uint64_t{0xfff}) | entry_bits);
}

}  // namespace acrn::core::fakes
