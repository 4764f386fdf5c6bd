// SPDX-License-Identifier: BSD-3-Clause
// Walks over the records of raw_row.hpp, and knows the numbers of the rows that they become.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "traces/wire/raw_request.hpp"
#include "traces/wire/raw_row.hpp"
#include "traces/wire/row_codes.hpp"

namespace acrn::traces {

/// How many rows of each stream of a vCPU came before; what the next ones are called.
struct RowNumbers {
  std::uint64_t exits{};
  std::uint64_t accesses{};  ///< in the VM's order; the vCPU is its VM's only one
  std::uint64_t slots{};
  std::uint64_t injects{};
  std::uint64_t inputs{};
};

class RawCursor {
 public:
  /// `records` holds whole records; `numbers` are those of its first rows.
  RawCursor(std::span<std::byte const> records, RowNumbers const& numbers) noexcept
      : at_{records.data()}, end_{records.data() + records.size()}, numbers_{numbers} {}

  [[nodiscard]] bool at_end() const noexcept { return at_ == end_; }
  [[nodiscard]] RawKind kind() const noexcept { return as<RawHead>().kind; }
  /// The record here, which is of this type.
  template <class Record>
  [[nodiscard]] Record const& as() const noexcept {
    return *reinterpret_cast<Record const*>(at_);
  }
  /// The bytes of a `ram` or `state` record.
  [[nodiscard]] std::span<std::uint8_t const> bytes() const noexcept {
    RawHead const& head = as<RawHead>();
    auto const* const first = reinterpret_cast<std::uint8_t const*>(at_ + sizeof(RawBytes));
    return {first, head.size - sizeof(RawBytes) - head.small[0]};
  }

  /// Of the record here, if it is a row: its number. Those behind are counted by next().
  [[nodiscard]] RowNumbers const& numbers() const noexcept { return numbers_; }
  /// The exit that the record here belongs to, or no_exit before the first.
  [[nodiscard]] std::uint64_t exit() const noexcept {
    return numbers_.exits == 0 ? no_exit : numbers_.exits - 1;
  }
  /// When that exit was, if it is among these records.
  [[nodiscard]] std::uint64_t exit_time() const noexcept { return exit_time_; }

  /// Goes behind the record here.
  void next() noexcept {
    RawHead const& head = as<RawHead>();
    switch (head.kind) {
      case RawKind::exit:
        exit_time_ = as<RawExit>().time_in;
        ++numbers_.exits;
        break;
      case RawKind::access:
        ++numbers_.accesses;
        break;
      case RawKind::life:
        numbers_.slots += 4;
        break;
      case RawKind::slot:
        ++numbers_.slots;
        break;
      case RawKind::request:
        numbers_.slots += life_of(as<RawRequest>()) ? 4 : 2;
        break;
      case RawKind::inject:
        ++numbers_.injects;
        break;
      case RawKind::input:
        ++numbers_.inputs;
        break;
      case RawKind::stamp:
      case RawKind::ram:
      case RawKind::state:
        break;
    }
    at_ += head.size;
  }
  /// Goes to the next record of this kind, which may be the one here; false if there is none.
  bool seek(RawKind kind) noexcept {
    while (!at_end() && this->kind() != kind) next();
    return !at_end();
  }

 private:
  std::byte const* at_;
  std::byte const* end_;
  RowNumbers numbers_;
  std::uint64_t exit_time_{};
};

}  // namespace acrn::traces
