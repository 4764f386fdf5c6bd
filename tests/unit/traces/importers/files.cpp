// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/traces/importers/files.hpp"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace acrn::tests {
namespace {

std::uint8_t* bytes_of(std::string& text) {
  return static_cast<std::uint8_t*>(static_cast<void*>(text.data()));
}

}  // namespace

std::string compress_xz(std::string_view text) {
  std::string in{text};
  std::string out(lzma_stream_buffer_bound(in.size()), '\0');
  std::size_t size = 0;
  if (lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, nullptr, bytes_of(in), in.size(), bytes_of(out),
                              &size, out.size()) != LZMA_OK) {
    throw std::runtime_error("xz");
  }
  out.resize(size);
  return out;
}

std::string compress_gzip(std::string_view text) {
  std::string in{text};
  z_stream stream{};
  if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("gzip");
  }
  std::string out(deflateBound(&stream, in.size()), '\0');
  stream.next_in = bytes_of(in);
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = bytes_of(out);
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("gzip");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string compress_zstd(std::string_view text) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);  // as the zstd tool does
  std::string out(ZSTD_compressBound(text.size()), '\0');
  std::size_t const size =
      ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size());
  ZSTD_freeCCtx(context);
  if (ZSTD_isError(size) != 0U) throw std::runtime_error("zstd");
  out.resize(size);
  return out;
}

std::string write_file(std::filesystem::path const& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
  return path.string();
}

std::string read_file(std::filesystem::path const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace acrn::tests
