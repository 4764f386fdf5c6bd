// SPDX-License-Identifier: BSD-3-Clause
// Who touches a page, and how: what a page walk checks permissions against.
#pragma once

#include <cstdint>

namespace acrn::core {

/// A read-modify-write is a write.
enum class AccessKind : std::uint8_t { read, write, fetch };

/// Source: Intel SDM vol. 3A (Sep 2023), section 4.6.1 "Determination of Access Rights".
enum class Privilege : std::uint8_t {
  user,        ///< an access of the program at CPL 3
  supervisor,  ///< an access of the program at CPL 0 to 2
  implicit,    ///< the CPU's own access to a descriptor table or task state, at any CPL
};

/// Whether a walk that succeeds sets accessed and dirty bits.
enum class Marks : std::uint8_t {
  set,    ///< as a CPU that makes the access
  leave,  ///< for a question only: could this access be made?
};

/// One access as paging sees it.
struct PageAccess {
  AccessKind kind{};
  Privilege privilege{};
  bool alignment_check{};  ///< RFLAGS.AC: lets explicit supervisor data accesses through SMAP
  Marks marks{};
  friend constexpr bool operator==(PageAccess const&, PageAccess const&) = default;
};

}  // namespace acrn::core
