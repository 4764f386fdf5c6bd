// SPDX-License-Identifier: BSD-3-Clause
#include "core/asyncio/descriptor.hpp"

#include <limits>

namespace acrn::core {
namespace {

constexpr std::uint64_t port_max = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t port_data_max = std::numeric_limits<std::uint32_t>::max();

std::optional<AsyncError> check_fields(AsyncDescriptor const& descriptor) noexcept {
  if (descriptor.space != Space::port && descriptor.space != Space::mmio) return AsyncError::space;
  if (descriptor.address == 0) return AsyncError::address_zero;
  if (descriptor.space == Space::mmio) return std::nullopt;
  if (descriptor.address > port_max) return AsyncError::address_too_high;
  if (descriptor.data.value_or(0) > port_data_max) return AsyncError::data_too_wide;
  return std::nullopt;
}

/// Whether some write matches both.
bool overlap(AsyncDescriptor const& a, AsyncDescriptor const& b) noexcept {
  return a.space == b.space && a.address == b.address &&
         (!a.data.has_value() || !b.data.has_value() || *a.data == *b.data);
}

}  // namespace

std::string_view name(AsyncError error) noexcept {
  switch (error) {
    case AsyncError::space:
      return "neither ports nor MMIO";
    case AsyncError::address_zero:
      return "address 0";
    case AsyncError::address_too_high:
      return "address above port 0xFFFF";
    case AsyncError::data_too_wide:
      return "data wider than a port write";
    case AsyncError::conflict:
      return "conflict";
    case AsyncError::full:
      return "full";
    case AsyncError::not_found:
      return "not found";
  }
  return "?";
}

Expected<Unit, AsyncError> AsyncTable::assign(AsyncDescriptor const& descriptor) noexcept {
  if (auto const error = check_fields(descriptor)) return Unexpected{*error};
  for (std::size_t i = 0; i < count_; ++i) {
    if (overlap(descriptors_[i], descriptor)) return Unexpected{AsyncError::conflict};
  }
  if (count_ == descriptors_.size()) return Unexpected{AsyncError::full};
  descriptors_[count_] = descriptor;
  ++count_;
  return Unit{};
}

Expected<Unit, AsyncError> AsyncTable::remove(AsyncDescriptor const& descriptor) noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    if (descriptors_[i] != descriptor) continue;
    --count_;
    descriptors_[i] = descriptors_[count_];  // order does not matter: matches are unique
    return Unit{};
  }
  return Unexpected{AsyncError::not_found};
}

AsyncDescriptor const* AsyncTable::find(Access const& access) const noexcept {
  if (access.direction != Direction::write) return nullptr;
  for (std::size_t i = 0; i < count_; ++i) {
    AsyncDescriptor const& descriptor = descriptors_[i];
    if (descriptor.space == access.space && descriptor.address == access.address &&
        (!descriptor.data.has_value() || *descriptor.data == access.value)) {
      return &descriptor;
    }
  }
  return nullptr;
}

}  // namespace acrn::core
