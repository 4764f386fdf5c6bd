// SPDX-License-Identifier: BSD-3-Clause
// The text of a source, whatever its compression, as a stream of bytes in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "traces/importers/codec.hpp"
#include "traces/importers/stored_file.hpp"

namespace acrn::traces {

/// Reads a plain, xz, gzip or zstd file, or standard input ("-"). The content decides which.
class ByteSource {
 public:
  /// Throws EnvironmentError when the file cannot be opened or read.
  explicit ByteSource(std::string const& path);

  /// Puts the next bytes of text at the start of `out`, and says how many; 0 only at the end.
  /// Throws ContentError, with the offset in the stored file, when it is damaged or cut short.
  std::size_t read(std::span<char> out);

  [[nodiscard]] std::string const& name() const { return file_.name(); }
  [[nodiscard]] Compression compression() const { return compression_; }
  /// Bytes of the stored (compressed) file that were consumed so far.
  [[nodiscard]] std::uint64_t bytes_read() const { return file_.offset(); }
  /// Size of the stored file; 0 when it is not known.
  [[nodiscard]] std::uint64_t bytes_total() const { return file_.total(); }

 private:
  std::size_t read_plain(std::span<char> out);
  [[noreturn]] void damaged(char const* what) const;

  StoredFile file_;
  Compression compression_{};
  std::unique_ptr<Decoder> decoder_;
};

}  // namespace acrn::traces
