// SPDX-License-Identifier: BSD-3-Clause
// The memory operands of one instruction: where they are, the bytes on their way, and which part
// is RAM and which an access for somebody to answer.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>

#include "core/access.hpp"
#include "core/bits.hpp"
#include "core/exit.hpp"
#include "core/paging/linear_span.hpp"

namespace acrn::core {

/// Up to 32 bytes, little-endian in words as in memory.
using OperandData = std::array<std::uint64_t, 4>;
static_assert(std::endian::native == std::endian::little, "RAM holds what OperandData holds");

/// `size` bytes (1 to 8) of `data` from byte `offset` on.
constexpr std::uint64_t get_bytes(OperandData const& data, std::uint8_t offset,
                                  std::uint8_t size) noexcept {
  unsigned const word = offset / 8U;
  unsigned const shift = offset % 8U * 8U;
  std::uint64_t value = data[word] >> shift;
  if (offset % 8U + size > 8U) value |= data[word + 1U] << (64U - shift);
  return truncate(value, size);
}

/// Puts the low `size` bytes of `value` there.
constexpr void put_bytes(OperandData& data, std::uint8_t offset, std::uint8_t size,
                         std::uint64_t value) noexcept {
  unsigned const word = offset / 8U;
  unsigned const shift = offset % 8U * 8U;
  std::uint64_t const low = truncate(value, size);
  data[word] = (data[word] & ~(size_mask(size) << shift)) | low << shift;
  if (offset % 8U + size > 8U) {
    data[word + 1U] =
        (data[word + 1U] & ~(size_mask(size) >> (64U - shift))) | low >> (64U - shift);
  }
}

/// What is known of the 4-KiB page that trapped. It is never taken for RAM, but where the
/// hypervisor lets the guest read it.
struct TrappedPage {
  Gpa gpa{};            ///< any address in it
  bool readable{};      ///< the guest may read it: only its writes trap
  Space write_space{};  ///< mmio, or write_protect
};

/// For instructions that did not come by an EPT violation: no page has that address.
inline constexpr TrappedPage nothing_trapped{.gpa = {~std::uint64_t{0}}};

/// One operand: which of the spans, and which way.
struct Transfer {
  std::uint8_t operand{};
  Direction direction{};
};

/// Moves operands chunk by chunk, in ascending order of linear address: 1, 2, 4 or 8 bytes, each
/// within one page, each as long as it can be (3 bytes are 2 + 1). Who is RAM is found out when a
/// chunk's turn comes: what GuestMemory refuses to read or to write becomes an access, so that a
/// write to ROM reaches whoever answers for it.
class OperandMemory {
 public:
  /// Nothing is left of an earlier instruction.
  void start(TrappedPage const& trapped) noexcept {
    spans_[0].count = 0;
    spans_[1].count = 0;
    data_ = {};
    trapped_ = trapped;
    offset_ = 0;
  }
  /// Where operand 0 or 1 is: for the caller to set. No piece: there is no such operand.
  [[nodiscard]] LinearSpan& span(std::uint8_t operand) noexcept { return spans_[operand]; }
  /// Whether some byte of the operand is at `gpa`.
  [[nodiscard]] bool covers(std::uint8_t operand, Gpa gpa) const noexcept {
    LinearSpan const& span = spans_[operand];
    for (std::uint8_t i = 0; i < span.count; ++i) {
      if (gpa.value - span.pieces[i].gpa.value < span.pieces[i].size) return true;
    }
    return false;
  }

  /// Bytes read last, or to be written next.
  [[nodiscard]] OperandData& data() noexcept { return data_; }

  /// Goes on with the operand. False: all of it is done. True: `access` must be made; then
  /// answered(), then again.
  template <GuestMemory Memory>
  bool needs_access(Transfer transfer, Memory& memory, Access& access) {
    LinearSpan const& span = spans_[transfer.operand];
    for (;;) {
      SpanPiece const* piece = &span.pieces[0];
      auto in_piece = offset_;
      if (offset_ >= piece->size) {
        in_piece = static_cast<std::uint8_t>(offset_ - piece->size);
        piece = &span.pieces[1];
        if (span.count == 1 || in_piece >= piece->size) {
          offset_ = 0;
          return false;
        }
      }
      unsigned const rest = piece->size - unsigned{in_piece};
      auto const size = static_cast<std::uint8_t>(std::bit_floor(std::min(rest, 8U)));
      Gpa const gpa{piece->gpa.value + in_piece};
      bool const done = transfer.direction == Direction::read ? read_ram(memory, gpa, size)
                                                              : write_ram(memory, gpa, size);
      if (!done) {
        make_access(transfer.direction, gpa, size, access);
        return true;
      }
      offset_ = static_cast<std::uint8_t>(offset_ + size);
    }
  }

  /// Takes the answer to `access`; its value counts for reads only.
  void answered(Access const& access, std::uint64_t value) noexcept {
    if (access.direction == Direction::read) put_bytes(data_, offset_, access.size, value);
    offset_ = static_cast<std::uint8_t>(offset_ + access.size);
  }

 private:
  [[nodiscard]] bool is_trapped(Gpa gpa) const noexcept {
    return bits<63, 12>(gpa.value) == bits<63, 12>(trapped_.gpa.value);
  }

  template <GuestMemory Memory>
  bool read_ram(Memory& memory, Gpa gpa, std::uint8_t size) {
    if (is_trapped(gpa) && !trapped_.readable) return false;
    std::array<std::uint8_t, 8> bytes{};
    if (!memory.read(gpa, std::span{bytes}.first(size))) return false;
    put_bytes(data_, offset_, size, std::bit_cast<std::uint64_t>(bytes));
    return true;
  }

  template <GuestMemory Memory>
  bool write_ram(Memory& memory, Gpa gpa, std::uint8_t size) {
    if (is_trapped(gpa)) return false;
    auto const bytes = std::bit_cast<std::array<std::uint8_t, 8>>(get_bytes(data_, offset_, size));
    return memory.write(gpa, std::span{bytes}.first(size));
  }

  void make_access(Direction direction, Gpa gpa, std::uint8_t size, Access& access) const noexcept {
    bool const write = direction == Direction::write;
    access = {.space = write && is_trapped(gpa) ? trapped_.write_space : Space::mmio,
              .direction = direction,
              .size = size,
              .address = gpa.value,
              .value = write ? get_bytes(data_, offset_, size) : size_mask(size)};
  }

  std::array<LinearSpan, 2> spans_{};
  OperandData data_{};
  TrappedPage trapped_{};
  std::uint8_t offset_{};  // bytes of the current operand that are done
};

}  // namespace acrn::core
