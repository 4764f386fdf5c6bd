// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/native/region.hpp"

#include <asm/ldt.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace acrn::tests {

namespace {

constexpr std::uint32_t rights_data = 0xf3;  // present, DPL 3, read and write, accessed
constexpr std::uint32_t rights_code = 0xfb;  // present, DPL 3, execute and read, accessed
constexpr std::uint32_t rights_big = 0x4000;
constexpr std::uint32_t rights_long = 0x2000;
constexpr std::uint32_t short_start = 0x1230;
constexpr std::uint32_t no_limit = 0xffff'ffff;

/// Entry 0 of the LDT is the code segment, the data segments follow in the order of DataSegment.
constexpr std::uint16_t ldt_selector(unsigned entry) {
  return static_cast<std::uint16_t>(entry * 8 + 7);
}

/// Installs one descriptor: false where the kernel has no LDT for us.
bool set_descriptor(unsigned entry, core::SegmentState const& state) {
  bool const pages = state.limit == no_limit;
  user_desc descriptor{};
  descriptor.entry_number = entry;
  descriptor.base_addr = static_cast<unsigned>(state.base);
  descriptor.limit = pages ? 0xf'ffff : state.limit;
  descriptor.limit_in_pages = pages ? 1 : 0;
  descriptor.seg_32bit = state.is_big() ? 1 : 0;
  // Bits 3 and 2 of the type: data, expand-down data, code.
  descriptor.contents = state.type() >> 2U & 3U;
  descriptor.read_exec_only = (state.type() & 2U) != 0 ? 0 : 1;
  constexpr int write_new_mode = 0x11;
  return syscall(SYS_modify_ldt, write_new_mode, &descriptor, sizeof descriptor) == 0;
}

}  // namespace

std::unique_ptr<Region> Region::create(std::string& error) {
  void* const memory = mmap(nullptr, place::size, PROT_READ | PROT_WRITE | PROT_EXEC,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (memory == MAP_FAILED) {
    error = std::string{"no executable memory below 2 GiB: "} + std::strerror(errno);
    return nullptr;
  }
  return std::unique_ptr<Region>{new Region{memory}};
}

Region::Region(void* memory)
    : base_{static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(memory))} {
  has_ldt_ = load_ldt();
}

Region::~Region() { munmap(bytes(0), place::size); }

std::uint8_t* Region::bytes(std::uint32_t place) const {
  return reinterpret_cast<std::uint8_t*>(std::uintptr_t{base_} + place);
}

bool Region::load_ldt() const {
  bool loaded = set_descriptor(0, code_state(core::CodeSize::bits16));
  for (std::size_t i = 1; i < data_segment_count; ++i) {
    loaded =
        loaded && set_descriptor(static_cast<unsigned>(i), data_state(static_cast<DataSegment>(i)));
  }
  return loaded;
}

std::uint16_t Region::code_selector(core::CodeSize size) {
  return size == core::CodeSize::bits16 ? ldt_selector(0) : selector::code32;
}

std::uint16_t Region::data_selector(DataSegment segment) {
  return segment == DataSegment::flat ? selector::data
                                      : ldt_selector(static_cast<unsigned>(segment));
}

core::SegmentState Region::code_state(core::CodeSize size) const {
  if (size == core::CodeSize::bits16) {
    return {.base = base_, .limit = 0xffff, .access_rights = rights_code};
  }
  return {
      .limit = no_limit,
      .access_rights = rights_code | (size == core::CodeSize::bits64 ? rights_long : rights_big)};
}

core::SegmentState Region::data_state(DataSegment segment) const {
  constexpr std::uint32_t big_data = rights_data | rights_big;
  switch (segment) {
    case DataSegment::flat:
      break;
    case DataSegment::whole16:
      return {.base = base_, .limit = 0xffff, .access_rights = rights_data};
    case DataSegment::shifted32:
      return {.base = base_ - 0x1230U, .limit = no_limit, .access_rights = big_data};
    case DataSegment::short32:
      return {.base = base_ + short_start,
              .limit = place::arena + 0x37f - short_start,
              .access_rights = big_data};
    case DataSegment::read_only:
      return {.base = base_, .limit = no_limit, .access_rights = big_data & ~2U};
    case DataSegment::down16:
      return {.base = base_, .limit = place::arena + 0x7f, .access_rights = rights_data | 4U};
    case DataSegment::top16:
      return {.base = base_ + place::arena + top_in_arena - 0x1'0000U,
              .limit = 0xffff,
              .access_rights = rights_data};
  }
  return {.limit = no_limit, .access_rights = big_data};
}

}  // namespace acrn::tests
