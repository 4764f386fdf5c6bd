// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/guest/player/player.hpp"

extern "C" {
extern std::uint8_t const hv_replay_player[];
extern std::uint8_t const hv_replay_player_end[];
}

namespace acrn::baremetal {

std::span<std::uint8_t const> replay_player() noexcept {
  return {hv_replay_player, hv_replay_player_end};
}

}  // namespace acrn::baremetal
