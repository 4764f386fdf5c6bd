// SPDX-License-Identifier: BSD-3-Clause
// A CPU view that records what core asks of it.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "baremetal/capture/recorder.hpp"
#include "core/vcpu/vcpu_cpu.hpp"

namespace acrn::baremetal {

namespace detail {

/// One entry of the log of rare questions: a tag, then little-endian fields.
template <std::size_t size>
class LogEntry {
 public:
  explicit LogEntry(std::uint8_t tag) noexcept { bytes_[0] = tag; }
  template <class T>
  LogEntry& add(T value) noexcept {
    static_assert(std::endian::native == std::endian::little);
    __builtin_memcpy(bytes_.data() + at_, &value, sizeof value);
    at_ += sizeof value;
    return *this;
  }
  [[nodiscard]] std::span<std::uint8_t const> view() const noexcept {
    return std::span{bytes_}.first(at_);
  }

 private:
  std::array<std::uint8_t, 1 + size> bytes_;
  std::size_t at_{1};
};

/// Numbers for Recorder::is_new_question(): 0 to 5 segments, then these, 16 to 31 vectors.
inline constexpr unsigned control_question = 8;

}  // namespace detail

/// Wraps a CPU that outlives it, and a recorder that is in an exit; or that has seen none yet, when
/// the first entry is planned.
template <core::VcpuCpu Cpu>
class RecordingCpu {
 public:
  RecordingCpu(Cpu& cpu, Recorder& recorder) noexcept : cpu_{cpu}, recorder_{recorder} {}

  std::uint64_t read_register(core::Register reg) noexcept {
    std::uint64_t const value = cpu_.read_register(reg);
    recorder_.asked(static_cast<unsigned>(reg), value);
    return value;
  }
  /// In every row anyway.
  std::uint64_t rip() noexcept { return cpu_.rip(); }
  std::uint64_t rflags() noexcept {
    std::uint64_t const value = cpu_.rflags();
    recorder_.asked(traces::exit_read::rflags, value);
    return value;
  }
  core::SegmentState segment(core::Segment segment) noexcept {
    core::SegmentState const state = cpu_.segment(segment);
    auto const number = static_cast<std::uint8_t>(segment);
    if (recorder_.is_new_question(number)) {
      log(detail::LogEntry<Tag::segment_size>{static_cast<std::uint8_t>(Tag::segment + number)}
              .add(state.base)
              .add(state.limit)
              .add(state.access_rights));
    }
    return state;
  }
  core::ControlState control() noexcept {
    core::ControlState const state = cpu_.control();
    if (recorder_.is_new_question(detail::control_question)) log_control(state);
    return state;
  }
  core::VectorValue read_vector(std::uint8_t index) noexcept {
    core::VectorValue const value = cpu_.read_vector(index);
    unsigned const number = index % 16U;
    if (recorder_.is_new_question(16U + number)) {
      log(detail::LogEntry<Tag::vector_size>{static_cast<std::uint8_t>(Tag::vector + number)}.add(
          value));
    }
    return value;
  }
  core::CpuidLeaf cpuid(std::uint32_t leaf, std::uint32_t subleaf) noexcept {
    core::CpuidLeaf const answer = cpu_.cpuid(leaf, subleaf);
    log(detail::LogEntry<Tag::cpuid_size>{Tag::cpuid}
            .add(leaf)
            .add(subleaf)
            .add(answer.eax)
            .add(answer.ebx)
            .add(answer.ecx)
            .add(answer.edx));
    return answer;
  }
  core::EntryState entry_state() noexcept {
    core::EntryState const state = cpu_.entry_state();
    recorder_.asked(traces::exit_read::entry_state,
                    (state.rflags & 0xffff'ffffU) | std::uint64_t{state.interruptibility} << 32U);
    return state;
  }

 private:
  struct Tag {
    static constexpr auto segment = traces::state_tag::segment;
    static constexpr auto segment_size = traces::state_tag::segment_size;
    static constexpr auto control = traces::state_tag::control;
    static constexpr auto with_pdptes = traces::state_tag::control_with_pdptes;
    static constexpr auto with_pdptes_size = traces::state_tag::control_with_pdptes_size;
    static constexpr auto vector = traces::state_tag::vector;
    static constexpr auto vector_size = traces::state_tag::vector_size;
    static constexpr auto cpuid = traces::state_tag::cpuid;
    static constexpr auto cpuid_size = traces::state_tag::cpuid_size;
  };

  template <std::size_t size>
  void log(detail::LogEntry<size> const& entry) noexcept {
    recorder_.log(traces::RawKind::state, entry.view());
  }
  void log_control(core::ControlState const& state) noexcept {
    bool const pdptes = state.pdptes != decltype(state.pdptes){};
    detail::LogEntry<Tag::with_pdptes_size> entry{pdptes ? Tag::with_pdptes : Tag::control};
    entry.add(state.cr0).add(state.cr3).add(state.cr4).add(state.efer);
    entry.add(state.physical_bits).add(static_cast<std::uint8_t>(state.has_1gib_pages ? 1 : 0));
    if (pdptes) entry.add(state.pdptes);
    log(entry);
  }

  Cpu& cpu_;
  Recorder& recorder_;
};

}  // namespace acrn::baremetal
