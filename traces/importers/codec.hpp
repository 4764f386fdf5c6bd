// SPDX-License-Identifier: BSD-3-Clause
// The compressions an input may have, told apart by content, each as one streaming decoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace acrn::traces {

enum class Compression : std::uint8_t { none, xz, gzip, zstd };

/// The compression whose magic number `head` begins with. Six bytes are enough.
Compression detect_compression(std::span<std::uint8_t const> head) noexcept;

/// "xz", "gzip", "zstd", or "plain".
char const* name(Compression compression) noexcept;

/// Decodes one compressed stream. Memory is bounded, whatever the stream says: xz at most 256 MiB,
/// zstd windows at most 128 MiB.
class Decoder {
 public:
  /// What one step did. `error` is a sentence part, or nullptr when all is well.
  struct Step {
    std::size_t taken{};
    std::size_t made{};
    char const* error{};
  };
  enum class Input : std::uint8_t { more_may_follow, ends_here };

  virtual ~Decoder() = default;
  virtual Step step(std::span<std::uint8_t const> in, std::span<char> out, Input input) = 0;
  /// Whether the input may end here: no stream is half decoded.
  [[nodiscard]] virtual bool complete() const = 0;
};

/// Throws std::bad_alloc. `compression` must not be none.
std::unique_ptr<Decoder> make_decoder(Compression compression);

}  // namespace acrn::traces
