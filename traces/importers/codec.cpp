// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/codec.hpp"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace acrn::traces {
namespace {

constexpr std::array<std::uint8_t, 6> xz_magic{0xFD, '7', 'z', 'X', 'Z', 0x00};
constexpr std::array<std::uint8_t, 2> gzip_magic{0x1F, 0x8B};
constexpr std::array<std::uint8_t, 4> zstd_magic{0x28, 0xB5, 0x2F, 0xFD};

constexpr std::uint64_t xz_memory_max = 256ULL << 20U;
constexpr int zstd_window_log_max = 27;

class XzDecoder final : public Decoder {
 public:
  XzDecoder() {
    if (lzma_stream_decoder(&stream_, xz_memory_max, LZMA_CONCATENATED) != LZMA_OK) {
      throw std::bad_alloc();
    }
  }
  ~XzDecoder() override { lzma_end(&stream_); }
  XzDecoder(XzDecoder const&) = delete;
  XzDecoder& operator=(XzDecoder const&) = delete;

  Step step(std::span<std::uint8_t const> in, std::span<char> out, Input input) override {
    if (complete_) return {};
    stream_.next_in = in.data();
    stream_.avail_in = in.size();
    stream_.next_out = static_cast<std::uint8_t*>(static_cast<void*>(out.data()));
    stream_.avail_out = out.size();
    lzma_ret const result = lzma_code(&stream_, input == Input::ends_here ? LZMA_FINISH : LZMA_RUN);
    complete_ = result == LZMA_STREAM_END;
    return {in.size() - stream_.avail_in, out.size() - stream_.avail_out, error(result)};
  }
  [[nodiscard]] bool complete() const override { return complete_; }

 private:
  static char const* error(lzma_ret result) {
    switch (result) {
      case LZMA_OK:
      case LZMA_STREAM_END:
      case LZMA_BUF_ERROR:
        return nullptr;
      case LZMA_MEMLIMIT_ERROR:
        return "it needs more than 256 MiB of memory to decompress";
      case LZMA_OPTIONS_ERROR:
        return "it uses an xz filter that is not supported";
      case LZMA_MEM_ERROR:
        throw std::bad_alloc();
      default:
        return "the compressed data is damaged";
    }
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool complete_{};
};

class GzipDecoder final : public Decoder {
 public:
  GzipDecoder() {
    int const window_bits_gzip_only = 15 + 16;
    if (inflateInit2(&stream_, window_bits_gzip_only) != Z_OK) throw std::bad_alloc();
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }
  GzipDecoder(GzipDecoder const&) = delete;
  GzipDecoder& operator=(GzipDecoder const&) = delete;

  Step step(std::span<std::uint8_t const> in, std::span<char> out, Input) override {
    if (complete_ && !in.empty()) {
      inflateReset(&stream_);  // a further member follows
      complete_ = false;
    }
    if (complete_) return {};
    auto const in_size = limited(in.size());
    auto const out_size = limited(out.size());
    stream_.next_in = const_cast<std::uint8_t*>(in.data());  // zlib's interface predates const
    stream_.avail_in = in_size;
    stream_.next_out = static_cast<std::uint8_t*>(static_cast<void*>(out.data()));
    stream_.avail_out = out_size;
    int const result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    complete_ = result == Z_STREAM_END;
    bool const fine = result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
    return {in_size - stream_.avail_in, out_size - stream_.avail_out,
            fine ? nullptr : "the compressed data is damaged"};
  }
  [[nodiscard]] bool complete() const override { return complete_; }

 private:
  static uInt limited(std::size_t size) {
    return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
  }

  z_stream stream_{};
  bool complete_{};
};

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, zstd_window_log_max);
  }
  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }
  ZstdDecoder(ZstdDecoder const&) = delete;
  ZstdDecoder& operator=(ZstdDecoder const&) = delete;

  Step step(std::span<std::uint8_t const> in, std::span<char> out, Input) override {
    if (complete_ && in.empty()) return {};
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    std::size_t const result = ZSTD_decompressStream(context_, &output, &input);
    if (ZSTD_isError(result) != 0U) return {input.pos, output.pos, error(result)};
    complete_ = result == 0;
    return {input.pos, output.pos, nullptr};
  }
  [[nodiscard]] bool complete() const override { return complete_; }

 private:
  static char const* error(std::size_t result) {
    return ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge
               ? "its zstd window is larger than 128 MiB"
               : "the compressed data is damaged";
  }

  ZSTD_DCtx* context_;
  bool complete_{};
};

bool starts_with(std::span<std::uint8_t const> head, std::span<std::uint8_t const> magic) {
  return head.size() >= magic.size() && std::equal(magic.begin(), magic.end(), head.begin());
}

}  // namespace

Compression detect_compression(std::span<std::uint8_t const> head) noexcept {
  if (starts_with(head, xz_magic)) return Compression::xz;
  if (starts_with(head, gzip_magic)) return Compression::gzip;
  if (starts_with(head, zstd_magic)) return Compression::zstd;
  return Compression::none;
}

char const* name(Compression compression) noexcept {
  switch (compression) {
    case Compression::none:
      return "plain";
    case Compression::xz:
      return "xz";
    case Compression::gzip:
      return "gzip";
    case Compression::zstd:
      return "zstd";
  }
  return "unknown";
}

std::unique_ptr<Decoder> make_decoder(Compression compression) {
  switch (compression) {
    case Compression::xz:
      return std::make_unique<XzDecoder>();
    case Compression::gzip:
      return std::make_unique<GzipDecoder>();
    case Compression::zstd:
      return std::make_unique<ZstdDecoder>();
    case Compression::none:
      break;
  }
  return nullptr;
}

}  // namespace acrn::traces
