// SPDX-License-Identifier: BSD-3-Clause
// Every shape that guest page tables can have: the rows of tests that go through all of them.
#pragma once

#include <array>
#include <string_view>

#include "tests/support/page_tables.hpp"

namespace acrn::tests {

/// Tables of one kind down to a page of one size.
struct PagingShape {
  std::string_view name;
  Tables kind{};
  Level leaf{};
};

inline constexpr std::array paging_shapes{
    PagingShape{"Bits32Of4KiB", Tables::bits32, 1},
    PagingShape{"Bits32Of4MiB", Tables::bits32, 2},
    PagingShape{"PaeOf4KiB", Tables::pae, 1},
    PagingShape{"PaeOf2MiB", Tables::pae, 2},
    PagingShape{"Levels4Of4KiB", Tables::levels4, 1},
    PagingShape{"Levels4Of2MiB", Tables::levels4, 2},
    PagingShape{"Levels4Of1GiB", Tables::levels4, 3},
    PagingShape{"Levels5Of4KiB", Tables::levels5, 1},
    PagingShape{"Levels5Of2MiB", Tables::levels5, 2},
    PagingShape{"Levels5Of1GiB", Tables::levels5, 3},
};

}  // namespace acrn::tests
