// SPDX-License-Identifier: BSD-3-Clause
#include "traces/codec.hpp"

#include <zstd.h>

#include <new>
#include <stdexcept>

namespace acrn::traces {

struct Compressor::Context {
  explicit Context(int wanted_level) : level{wanted_level}, zstd{ZSTD_createCCtx()} {
    if (zstd == nullptr) throw std::bad_alloc{};
  }
  ~Context() { ZSTD_freeCCtx(zstd); }
  Context(Context const&) = delete;
  Context& operator=(Context const&) = delete;
  int level;
  ZSTD_CCtx* zstd;
};

Compressor::Compressor(int level) : context_{std::make_unique<Context>(level)} {}
Compressor::~Compressor() = default;

std::span<std::byte const> Compressor::compress(std::span<std::byte const> bytes) {
  out_.resize(ZSTD_compressBound(bytes.size()));
  std::size_t const size = ZSTD_compressCCtx(context_->zstd, out_.data(), out_.size(), bytes.data(),
                                             bytes.size(), context_->level);
  if (ZSTD_isError(size) != 0) {
    throw std::runtime_error(std::string{"zstd cannot compress: "} + ZSTD_getErrorName(size));
  }
  return std::span{out_}.first(size);
}

struct Decompressor::Context {
  Context() : zstd{ZSTD_createDCtx()} {
    if (zstd == nullptr) throw std::bad_alloc{};
  }
  ~Context() { ZSTD_freeDCtx(zstd); }
  Context(Context const&) = delete;
  Context& operator=(Context const&) = delete;
  ZSTD_DCtx* zstd;
};

Decompressor::Decompressor() : context_{std::make_unique<Context>()} {}
Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;

std::string Decompressor::decompress(std::span<std::byte const> bytes, std::span<std::byte> out) {
  unsigned long long const declared = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (declared == ZSTD_CONTENTSIZE_ERROR) return "its payload is not zstd data";
  if (declared != out.size()) {
    std::string const what = declared == ZSTD_CONTENTSIZE_UNKNOWN
                                 ? std::string{"no size"}
                                 : std::to_string(declared) + " bytes";
    return "its zstd payload declares " + what + ", the frame " + std::to_string(out.size());
  }
  std::size_t const size =
      ZSTD_decompressDCtx(context_->zstd, out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) {
    return std::string{"its zstd payload is damaged ("} + ZSTD_getErrorName(size) + ")";
  }
  if (size != out.size()) return "its zstd payload is shorter than it declares";
  return {};
}

}  // namespace acrn::traces
