// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/exits/replaying_cpu.hpp"

#include <algorithm>

namespace acrn::replay::exits {

namespace tag = traces::state_tag;

/// The payload of the log's next entry, which must be of this kind; nullptr and a note otherwise.
std::uint8_t const* ReplayingCpu::next_entry(std::uint8_t tag, std::size_t size) noexcept {
  std::size_t const left = recorded_.log.size() - log_at_;
  if (failed_tag_ != no_tag || left < size + 1 || recorded_.log[log_at_] != tag) {
    if (failed_tag_ == no_tag) failed_tag_ = tag;
    return nullptr;
  }
  std::uint8_t const* const payload = recorded_.log.data() + log_at_ + 1;
  log_at_ += size + 1;
  return payload;
}

/// Of a question that is in the log once, however often core asks it.
std::uint8_t const* ReplayingCpu::answer(std::uint8_t tag, std::size_t size) noexcept {
  if ((answered_ >> tag & 1U) != 0) return recorded_.log.data() + place_[tag];
  std::uint8_t const* const payload = next_entry(tag, size);
  if (payload != nullptr) {
    answered_ |= 1U << tag;
    place_[tag] = static_cast<std::uint32_t>(payload - recorded_.log.data());
  }
  return payload;
}

core::SegmentState ReplayingCpu::segment(core::Segment segment) noexcept {
  auto const which = static_cast<std::uint8_t>(tag::segment + static_cast<unsigned>(segment));
  std::uint8_t const* at = answer(which, tag::segment_size);
  if (at == nullptr) return {};
  core::SegmentState state;
  state.base = take_integer<std::uint64_t>(at);
  state.limit = take_integer<std::uint32_t>(at);
  state.access_rights = take_integer<std::uint32_t>(at);
  return state;
}

core::ControlState ReplayingCpu::control() noexcept {
  bool const here = log_at_ < recorded_.log.size();
  bool const known = (answered_ >> tag::control_with_pdptes & 1U) != 0;
  bool const whole = known || ((answered_ >> tag::control & 1U) == 0 && here &&
                               recorded_.log[log_at_] == tag::control_with_pdptes);
  std::uint8_t const* at = whole ? answer(tag::control_with_pdptes, tag::control_with_pdptes_size)
                                 : answer(tag::control, tag::control_size);
  if (at == nullptr) return {};
  core::ControlState state;
  state.cr0 = take_integer<std::uint64_t>(at);
  state.cr3 = take_integer<std::uint64_t>(at);
  state.cr4 = take_integer<std::uint64_t>(at);
  state.efer = take_integer<std::uint64_t>(at);
  state.physical_bits = take_integer<std::uint8_t>(at);
  state.has_1gib_pages = take_integer<std::uint8_t>(at) != 0;
  if (!whole) return state;
  for (std::uint64_t& entry : state.pdptes) entry = take_integer<std::uint64_t>(at);
  return state;
}

core::VectorValue ReplayingCpu::read_vector(std::uint8_t vector) noexcept {
  core::VectorValue value{};
  auto const which = static_cast<std::uint8_t>(tag::vector + vector % 16U);
  std::uint8_t const* const at = answer(which, tag::vector_size);
  if (at != nullptr) std::copy_n(at, value.size(), value.begin());
  return value;
}

core::CpuidLeaf ReplayingCpu::cpuid(std::uint32_t leaf, std::uint32_t subleaf) noexcept {
  std::size_t const before = log_at_;
  std::uint8_t const* at = next_entry(tag::cpuid, tag::cpuid_size);
  if (at == nullptr) return {};
  auto const recorded_leaf = take_integer<std::uint32_t>(at);
  auto const recorded_subleaf = take_integer<std::uint32_t>(at);
  if (recorded_leaf != leaf || recorded_subleaf != subleaf) {
    failed_tag_ = tag::cpuid;
    log_at_ = before;
    return {};
  }
  core::CpuidLeaf answer;
  answer.eax = take_integer<std::uint32_t>(at);
  answer.ebx = take_integer<std::uint32_t>(at);
  answer.ecx = take_integer<std::uint32_t>(at);
  answer.edx = take_integer<std::uint32_t>(at);
  return answer;
}

core::EntryState ReplayingCpu::entry_state() noexcept {
  constexpr unsigned bit = traces::exit_read::entry_state;
  if ((recorded_.read_mask >> bit & 1U) != 0) {
    std::uint64_t const value = read(bit);
    return {.rflags = value & 0xffff'ffffU,
            .interruptibility = static_cast<std::uint32_t>(value >> 32U)};
  }
  traces::ImpliedEntryState const implied = traces::entry_state_implied(
      recorded_.read_mask, value_of(recorded_.read_mask, recorded_.read, traces::exit_read::rflags),
      recorded_.written_mask,
      value_of(recorded_.written_mask, recorded_.written, traces::exit_written::rflags));
  if (!implied.known) asked_ |= 1U << bit;
  return {.rflags = implied.rflags, .interruptibility = 0};
}

}  // namespace acrn::replay::exits
