// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/io_events.hpp"

#include <algorithm>

namespace acrn::core {
namespace {

bool conflicts(IoEvent const& a, IoEvent const& b) noexcept {
  return a.token == b.token && a.address == b.address && a.space == b.space &&
         (!a.data.has_value() || !b.data.has_value() || *a.data == *b.data);
}

bool matches(IoEvent const& event, Access const& access) noexcept {
  return event.space == access.space && event.address == access.address &&
         event.length >= access.size && (!event.data.has_value() || *event.data == access.value);
}

}  // namespace

Expected<Unit, EventError> IoEvents::assign(IoEvent const& event) noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    if (conflicts(events_[i], event)) return Unexpected{EventError::exists};
  }
  if (count_ == events_.size()) return Unexpected{EventError::full};
  events_[count_] = event;
  ++count_;
  return Unit{};
}

std::optional<IoEvent> IoEvents::remove(EventToken token) noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    if (events_[i].token != token) continue;
    IoEvent const removed = events_[i];
    std::copy(events_.begin() + i + 1, events_.begin() + count_, events_.begin() + i);
    --count_;
    return removed;
  }
  return std::nullopt;
}

IoEventAnswer IoEvents::serve(Access const& access) const noexcept {
  if (access.direction == Direction::read) return {};
  for (std::size_t i = 0; i < count_; ++i) {
    if (matches(events_[i], access)) return {.signal = events_[i].token};
  }
  return {};
}

}  // namespace acrn::core
