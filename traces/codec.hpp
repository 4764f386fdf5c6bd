// SPDX-License-Identifier: BSD-3-Clause
// Compression of frame payloads: zstd, with all sizes known before any memory is taken. Internal.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace acrn::traces {

class Compressor {
 public:
  explicit Compressor(int level);
  ~Compressor();
  Compressor(Compressor const&) = delete;
  Compressor& operator=(Compressor const&) = delete;
  /// The compressed bytes, valid until the next call.
  std::span<std::byte const> compress(std::span<std::byte const> bytes);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  std::vector<std::byte> out_;
};

class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;
  /// Fills `out` exactly. Empty on success, otherwise what is wrong with `bytes`.
  [[nodiscard]] std::string decompress(std::span<std::byte const> bytes, std::span<std::byte> out);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace acrn::traces
