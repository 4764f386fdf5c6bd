// SPDX-License-Identifier: BSD-3-Clause
// Where the router puts what needs no answer: one function and its context.
#pragma once

#include <cstdint>

namespace acrn::core {

/// What became of an element.
enum class Push : std::uint8_t {
  queued,
  full,    ///< no room now; nothing was written
  broken,  ///< there is no usable ring; nothing was written
};

/// A ring's producing end. Without a function there is no ring. `context` belongs to whoever made
/// the sink and outlives its use.
struct RingSink {
  Push (*push)(void* context, std::uint64_t element) noexcept {};
  void* context{};

  [[nodiscard]] bool exists() const noexcept { return push != nullptr; }
};

}  // namespace acrn::core
