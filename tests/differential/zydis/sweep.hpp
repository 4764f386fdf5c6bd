// SPDX-License-Identifier: BSD-3-Clause
// Every opcode of every map, with every ModRM byte and the prefixes that can change its meaning.
#pragma once

#include <cstdint>
#include <functional>

#include "tests/differential/zydis/byte_source.hpp"

namespace acrn::tests {

/// Calls `visit` for each case, in all three code sizes. Legacy encodings: opcode maps one-byte,
/// 0F, 0F 38 and 0F 3A; no prefix, 66, F3, F2 or LOCK; REX.W where there is REX. VEX: all four
/// values of maps 0 to 3, pp, L and W, with and without a third operand. The bytes behind ModRM are
/// the same everywhere. Returns the number of cases.
std::uint64_t sweep(std::function<void(ByteString const&)> const& visit);

}  // namespace acrn::tests
