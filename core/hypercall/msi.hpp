// SPDX-License-Identifier: BSD-3-Clause
// A message-signalled interrupt: what its address and data words say.
#pragma once

#include <cstdint>
#include <optional>

#include "core/bits.hpp"

namespace acrn::core {

/// How a message reaches its destination. Source: Intel SDM vol. 3A (Sep 2023), section 11.11.2
/// "Message Data Register Format"; 3 and 6 are reserved.
enum class DeliveryMode : std::uint8_t {
  fixed = 0,
  lowest_priority = 1,
  smi = 2,
  nmi = 4,
  init = 5,
  ext_int = 7,
};

/// How `destination` names processors.
enum class DestinationMode : std::uint8_t { physical = 0, logical = 1 };

/// One interrupt message. Always edge-triggered: level-triggered ones go by interrupt lines.
struct Msi {
  std::uint8_t destination{};
  DestinationMode destination_mode{};
  DeliveryMode delivery{};
  std::uint8_t vector{};
  bool redirection_hint{};
  friend constexpr bool operator==(Msi const&, Msi const&) = default;
};

/// The message, or nothing for what no interrupt controller would deliver: an address outside
/// 0xFEE00000 to 0xFEEFFFFF, data wider than 32 bits, a reserved delivery mode, or a vector below
/// 16 where one is used. Source: Intel SDM vol. 3A (Sep 2023), section 11.11.
constexpr std::optional<Msi> decode_msi(std::uint64_t address, std::uint64_t data) noexcept {
  constexpr std::uint64_t window = 0xfee;
  constexpr std::uint64_t vector_min = 16;
  if (bits<63, 20>(address) != window || bits<63, 32>(data) != 0) return std::nullopt;
  std::uint64_t const mode = bits<10, 8>(data);
  std::uint64_t const vector = bits<7, 0>(data);
  if (mode == 3 || mode == 6) return std::nullopt;
  auto const delivery = static_cast<DeliveryMode>(mode);
  bool const uses_vector =
      delivery == DeliveryMode::fixed || delivery == DeliveryMode::lowest_priority;
  if (uses_vector && vector < vector_min) return std::nullopt;
  return Msi{.destination = static_cast<std::uint8_t>(bits<19, 12>(address)),
             .destination_mode = static_cast<DestinationMode>(bits<2, 2>(address)),
             .delivery = delivery,
             .vector = static_cast<std::uint8_t>(vector),
             .redirection_hint = bits<3, 3>(address) != 0};
}

}  // namespace acrn::core
