// SPDX-License-Identifier: BSD-3-Clause
// The guest writes of one VM that signal events, and what happens to each access among them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/access.hpp"
#include "core/expected.hpp"
#include "core/hsm/event.hpp"

namespace acrn::core {

/// How many such events one VM can have.
inline constexpr std::size_t io_event_count_max = 64;

/// What an access that came to the events' client is answered with.
struct IoEventAnswer {
  std::uint64_t value{};             ///< what a read brings: always 0
  std::optional<EventToken> signal;  ///< the event to signal; a write may match none
};

/// Kept in the order of assignment. Source: Linux 6.12, drivers/virt/acrn/ioeventfd.c.
class IoEvents {
 public:
  /// Errors: exists, if the same token has the same address and space already and either of the two
  /// takes any data, or both take the same; full. Different tokens may share a place.
  Expected<Unit, EventError> assign(IoEvent const& event) noexcept;
  /// Removes the oldest event of that token, and answers it. Without one there is nothing to do.
  std::optional<IoEvent> remove(EventToken token) noexcept;
  /// Takes the last assignment back. Needs one.
  void undo_assign() noexcept { --count_; }

  /// A write signals the oldest event whose space and address are equal, whose length is not less
  /// than the access's size, and which takes its value. Any other write among the events' ranges is
  /// swallowed, as in Linux: the device model does not hear of it. A read brings 0.
  [[nodiscard]] IoEventAnswer serve(Access const& access) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  std::array<IoEvent, io_event_count_max> events_{};
  std::size_t count_{};
};

}  // namespace acrn::core
