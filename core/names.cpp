// SPDX-License-Identifier: BSD-3-Clause
#include "core/names.hpp"

namespace acrn::core {

std::string_view name(Space space) noexcept {
  switch (space) {
    case Space::port:
      return "pio";
    case Space::mmio:
      return "mmio";
    case Space::pci_config:
      return "pci";
    case Space::write_protect:
      return "wp";
  }
  return "?";
}

std::string_view name(Direction direction) noexcept {
  switch (direction) {
    case Direction::read:
      return "R";
    case Direction::write:
      return "W";
  }
  return "?";
}

}  // namespace acrn::core
