// SPDX-License-Identifier: BSD-3-Clause
// Rules about segment registers, LDTR and TR.
#include <array>

#include "baremetal/vmx/address_rules.hpp"
#include "baremetal/vmx/controls.hpp"
#include "baremetal/vmx/guest_rules.hpp"
#include "core/paging/control_bits.hpp"

namespace acrn::baremetal {
namespace {

using enum VmcsSegment;
using Segments = std::array<VmcsSegment, 6>;
constexpr Segments code_and_data{cs, ss, ds, es, fs, gs};
constexpr std::uint32_t reserved_rights = 0xfffe'0f00;

bool is_v8086(GuestState const& state) noexcept {
  return (state.rflags & core::rflags::virtual_8086) != 0;
}
bool is_usable(GuestState const& state, VmcsSegment segment) noexcept {
  return !state.segment(segment).state.is_unusable();
}
std::uint32_t rights(GuestState const& state, VmcsSegment segment) noexcept {
  return state.segment(segment).state.access_rights;
}
unsigned type(GuestState const& state, VmcsSegment segment) noexcept {
  return state.segment(segment).state.type();
}
/// CS counts whether usable or not: it has to be.
bool counts(GuestState const& state, VmcsSegment segment) noexcept {
  return segment == cs || is_usable(state, segment);
}
bool is_ia32e(GuestState const& state) noexcept {
  return (state.entry_controls & entry_control::ia32e_guest) != 0;
}

/// Whether `holds` is true of each code and data segment that counts, in a guest not in v8086 mode.
template <class Holds>
bool each_outside_v8086(GuestState const& state, Holds holds) noexcept {
  if (is_v8086(state)) return true;
  for (VmcsSegment const segment : code_and_data) {
    if (counts(state, segment) && !holds(state.segment(segment).state)) return false;
  }
  return true;
}
template <class Holds>
bool each_in_v8086(GuestState const& state, Holds holds) noexcept {
  if (!is_v8086(state)) return true;
  for (VmcsSegment const segment : code_and_data) {
    if (!holds(state.segment(segment))) return false;
  }
  return true;
}

bool granularity_fits(core::SegmentState const& segment) noexcept {
  bool const pages = (segment.access_rights & 1U << 15U) != 0;
  if (pages) return (segment.limit & 0xfffU) == 0xfff;
  return segment.limit <= 0xf'ffff;
}
bool is_present(std::uint32_t access_rights) noexcept { return (access_rights & 1U << 7U) != 0; }
bool is_code_or_data(std::uint32_t access_rights) noexcept {
  return (access_rights & 1U << 4U) != 0;
}

bool bases_are_canonical(GuestState const& state, GuestStateLimits const& limits) noexcept {
  for (VmcsSegment const segment : {tr, fs, gs}) {
    if (!is_canonical(state.segment(segment).state.base, limits)) return false;
  }
  return !is_usable(state, ldtr) || is_canonical(state.segment(ldtr).state.base, limits);
}

bool bases_are_32_bit(GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
  for (VmcsSegment const segment : {cs, ss, ds, es}) {
    if (counts(state, segment) && !fits(state.segment(segment).state.base, 32)) return false;
  }
  return true;
}

bool data_types_fit(GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
  if (is_v8086(state)) return true;
  for (VmcsSegment const segment : {ds, es, fs, gs}) {
    if (!is_usable(state, segment)) continue;
    unsigned const kind = type(state, segment);
    bool const accessed = (kind & 1U) != 0;
    bool const unreadable_code = (kind & 8U) != 0 && (kind & 2U) == 0;
    if (!accessed || unreadable_code) return false;
  }
  return true;
}

bool code_dpl_fits(GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
  if (is_v8086(state)) return true;
  unsigned const code = state.segment(cs).state.dpl();
  unsigned const stack = state.segment(ss).state.dpl();
  switch (type(state, cs)) {
    case 3:
      return code == 0;
    case 9:
    case 11:
      return code == stack;
    case 13:
    case 15:
      return code <= stack;
    default:
      return true;  // the type itself is another rule's
  }
}

bool stack_dpl_fits(GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
  if (is_v8086(state)) return true;
  bool const must_be_zero = type(state, cs) == 3 || (state.cr0 & core::cr0::protection_enable) == 0;
  return !must_be_zero || state.segment(ss).state.dpl() == 0;
}

bool system_segment_fits(core::SegmentState const& segment) noexcept {
  return !is_code_or_data(segment.access_rights) && is_present(segment.access_rights) &&
         (segment.access_rights & reserved_rights) == 0 && granularity_fits(segment);
}

bool task_type_fits(GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
  unsigned const kind = type(state, tr);
  return kind == 11 || (kind == 3 && !is_ia32e(state));
}

constexpr std::array rules{
    GuestRule{"TR's selector must have TI (bit 2) 0.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return (state.segment(tr).selector & 4U) == 0;
              }},
    GuestRule{"A usable LDTR's selector must have TI (bit 2) 0.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !is_usable(state, ldtr) || (state.segment(ldtr).selector & 4U) == 0;
              }},
    GuestRule{"In virtual-8086 mode each segment's base must be its selector times 16.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return each_in_v8086(state, [](GuestSegment const& segment) {
                  return segment.state.base == std::uint64_t{segment.selector} << 4U;
                });
              }},
    GuestRule{"The bases of TR, FS, GS and a usable LDTR must be canonical.", bases_are_canonical},
    GuestRule{"The bases of CS and of usable SS, DS and ES must have bits 63:32 0.",
              bases_are_32_bit},
    GuestRule{"In virtual-8086 mode each segment's limit must be 0xFFFF.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return each_in_v8086(state, [](GuestSegment const& segment) {
                  return segment.state.limit == 0xffff;
                });
              }},
    GuestRule{"In virtual-8086 mode each segment's access rights must be 0xF3.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return each_in_v8086(state, [](GuestSegment const& segment) {
                  return segment.state.access_rights == 0xf3;
                });
              }},
    GuestRule{"CS's type must be accessed code (9, 11, 13, 15) or accessed data (3).",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                unsigned const kind = type(state, cs);
                return is_v8086(state) || kind == 3 || (kind & 9U) == 9;
              }},
    GuestRule{"A usable SS's type must be 3 or 7.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                unsigned const kind = type(state, ss);
                return is_v8086(state) || !is_usable(state, ss) || kind == 3 || kind == 7;
              }},
    GuestRule{"Usable DS, ES, FS and GS must be accessed, and readable if they are code.",
              data_types_fit},
    GuestRule{"CS and usable SS, DS, ES, FS and GS must be code or data segments (S = 1).",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return each_outside_v8086(state, [](core::SegmentState const& segment) {
                  return is_code_or_data(segment.access_rights);
                });
              }},
    GuestRule{"CS's DPL must be 0 for data, SS's DPL for code, at most that for conforming code.",
              code_dpl_fits},
    GuestRule{"SS's DPL must be 0 in real mode and where CS is a data segment.", stack_dpl_fits},
    GuestRule{"CS and usable SS, DS, ES, FS and GS must be present.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return each_outside_v8086(state, [](core::SegmentState const& segment) {
                  return is_present(segment.access_rights);
                });
              }},
    GuestRule{"Access rights must have the reserved bits 11:8 and 31:17 0.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return each_outside_v8086(state, [](core::SegmentState const& segment) {
                  return (segment.access_rights & reserved_rights) == 0;
                });
              }},
    GuestRule{"In an IA-32e mode guest CS must not have both L and D/B.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return is_v8086(state) || !is_ia32e(state) ||
                       (rights(state, cs) & 0x6000U) != 0x6000;
              }},
    GuestRule{"A limit with bits 31:20 needs G = 1; one without all of bits 11:0 needs G = 0.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return each_outside_v8086(state, granularity_fits);
              }},
    GuestRule{"TR must be a busy TSS: type 11, or 3 outside IA-32e mode.", task_type_fits},
    GuestRule{"TR must be usable, present and a system segment whose G fits its limit.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return is_usable(state, tr) && system_segment_fits(state.segment(tr).state);
              }},
    GuestRule{"A usable LDTR must be of type 2.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !is_usable(state, ldtr) || type(state, ldtr) == 2;
              }},
    GuestRule{"A usable LDTR must be present and a system segment whose G fits its limit.",
              [](GuestState const& state, GuestStateLimits const& /*limits*/) noexcept {
                return !is_usable(state, ldtr) || system_segment_fits(state.segment(ldtr).state);
              }},
};

}  // namespace

std::span<GuestRule const> segment_rules() noexcept { return rules; }

}  // namespace acrn::baremetal
