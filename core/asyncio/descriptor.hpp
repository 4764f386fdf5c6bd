// SPDX-License-Identifier: BSD-3-Clause
// Which guest writes go to the device model without an answer: the table of one VM's descriptors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/access.hpp"
#include "core/expected.hpp"

namespace acrn::core {

/// How many descriptors one VM can have, as in ACRN.
inline constexpr std::size_t async_descriptor_count_max = 64;

/// One register whose writes are queued. `element` is opaque: the ring carries it to whoever
/// assigned it.
struct AsyncDescriptor {
  Space space{};
  std::uint64_t address{};
  std::optional<std::uint64_t> data{};  ///< only writes of this value; any if absent
  std::uint64_t element{};
  friend constexpr bool operator==(AsyncDescriptor const&, AsyncDescriptor const&) = default;
};

/// Why a change of the table was refused.
enum class AsyncError : std::uint8_t {
  space,             ///< neither ports nor MMIO
  address_zero,      ///< ACRN's interface knows no descriptor at address 0
  address_too_high,  ///< above port 0xFFFF
  data_too_wide,     ///< a port write carries at most 32 bits
  conflict,          ///< some write would match an existing descriptor too
  full,
  not_found,
};

/// The words for a message; "?" for a value outside the enumeration.
std::string_view name(AsyncError error) noexcept;

/// The descriptors of one VM. No access ever matches two of them.
class AsyncTable {
 public:
  /// Errors: all but not_found; the table is unchanged then.
  Expected<Unit, AsyncError> assign(AsyncDescriptor const& descriptor) noexcept;
  /// Removes the descriptor that equals this one in every field. Error: not_found.
  Expected<Unit, AsyncError> remove(AsyncDescriptor const& descriptor) noexcept;
  void clear() noexcept { count_ = 0; }

  /// The descriptor that matches a write of exactly this address. Reads match nothing: they need
  /// an answer, which a ring does not bring. The size of the write does not count, as in ACRN; its
  /// value is cut to its size.
  [[nodiscard]] AsyncDescriptor const* find(Access const& access) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  std::array<AsyncDescriptor, async_descriptor_count_max> descriptors_{};
  std::size_t count_{};
};

}  // namespace acrn::core
