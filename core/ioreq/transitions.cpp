// SPDX-License-Identifier: BSD-3-Clause
#include "core/ioreq/transitions.hpp"

namespace acrn::core {

std::string_view name(SlotState state) noexcept {
  switch (state) {
    case SlotState::pending:
      return "PENDING";
    case SlotState::complete:
      return "COMPLETE";
    case SlotState::processing:
      return "PROCESSING";
    case SlotState::free:
      return "FREE";
    case SlotState::invalid:
      return "invalid";
  }
  return "?";
}

std::string_view name(SlotEvent event) noexcept {
  switch (event) {
    case SlotEvent::announce:
      return "announce";
    case SlotEvent::submit:
      return "submit";
    case SlotEvent::claim:
      return "claim";
    case SlotEvent::answer:
      return "answer";
    case SlotEvent::answer_config:
      return "answer_config";
    case SlotEvent::convert_config:
      return "convert_config";
    case SlotEvent::clear:
      return "clear";
    case SlotEvent::reject:
      return "reject";
    case SlotEvent::no_client:
      return "no_client";
    case SlotEvent::retry:
      return "retry";
    case SlotEvent::release:
      return "release";
    case SlotEvent::orphan:
      return "orphan";
    case SlotEvent::acknowledge_reset:
      return "acknowledge_reset";
    case SlotEvent::consume:
      return "consume";
    case SlotEvent::discard:
      return "discard";
    case SlotEvent::repair:
      return "repair";
    case SlotEvent::abandon:
      return "abandon";
    case SlotEvent::reset:
      return "reset";
    case SlotEvent::notify:
      return "notify";
    case SlotEvent::scribble:
      return "scribble";
  }
  return "?";
}

std::string_view name(SlotActor actor) noexcept {
  switch (actor) {
    case SlotActor::hypervisor:
      return "hypervisor";
    case SlotActor::hsm:
      return "hsm";
    case SlotActor::client:
      return "client";
    case SlotActor::foreign_hsm:
      return "foreign_hsm";
  }
  return "?";
}

}  // namespace acrn::core
