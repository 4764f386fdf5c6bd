// SPDX-License-Identifier: BSD-3-Clause
// One fuzzing step of the capture reader, for libFuzzer and for the replay of its corpus.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace acrn::tests {

/// Reads `data` as a capture in every way there is. The first byte chooses: 0, the rest is the file
/// as it is; otherwise the rest is a list of frames, kind u8, codec u8, size u16 (little-endian),
/// payload, around which magic, sizes and a good CRC are put, so that damage reaches what lies
/// behind the CRC. Any exception but the reader's own, any crash and any failed check is a finding.
void fuzz_reader(std::span<std::uint8_t const> data);

}  // namespace acrn::tests
