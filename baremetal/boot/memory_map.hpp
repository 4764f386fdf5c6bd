// SPDX-License-Identifier: BSD-3-Clause
// The memory map in the boot information, read in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace acrn::baremetal {

/// Source: Multiboot2 Specification 2.0, section 3.4.8 "Memory map". Values not listed are
/// reserved.
enum class MemoryKind : std::uint32_t {
  available = 1,
  reserved = 2,
  acpi_reclaimable = 3,
  acpi_nvs = 4,
  defective = 5,
};

/// One row of the map: bytes from `begin` up to, not including, `end` (cut at 2^64 - 1).
struct MemoryRange {
  std::uint64_t begin{};
  std::uint64_t end{};
  MemoryKind kind{};
};

/// The rows, in the order of the boot loader: neither sorted nor free of overlaps.
class MemoryMap {
 public:
  MemoryMap() = default;
  /// `rows` holds whole rows of `row_size` bytes, at least 24.
  MemoryMap(std::span<std::uint8_t const> rows, std::size_t row_size) noexcept
      : rows_{rows}, row_size_{row_size} {}

  [[nodiscard]] std::size_t size() const noexcept {
    return row_size_ == 0 ? 0 : rows_.size() / row_size_;
  }
  [[nodiscard]] MemoryRange operator[](std::size_t index) const noexcept;

 private:
  std::span<std::uint8_t const> rows_;
  std::size_t row_size_{};
};

}  // namespace acrn::baremetal
