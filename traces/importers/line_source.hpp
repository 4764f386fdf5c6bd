// SPDX-License-Identifier: BSD-3-Clause
// Lines of text out of a byte source, without copying, numbered, and summed up by CRC-32C.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "traces/importers/byte_source.hpp"

namespace acrn::traces {

/// One line, without its end ("\n" or "\r\n"). `text` is valid until the next call of next().
struct Line {
  std::string_view text;
  std::uint64_t number{};  ///< counted from 1
  bool too_long{};         ///< longer than LineSource::line_bytes_max; text is only its beginning
};

/// Splits a source into lines. Memory is bounded: a longer line is cut and marked.
class LineSource {
 public:
  static constexpr std::size_t line_bytes_max = 64U << 10U;

  /// Throws as ByteSource does.
  explicit LineSource(std::string const& path);

  /// The text ahead of the first line not yet delivered, at least `bytes` of it unless the source
  /// ends before. Valid until the next call of any member.
  std::string_view peek(std::size_t bytes);
  /// False at the end of the source.
  bool next(Line& line);

  [[nodiscard]] ByteSource const& bytes() const { return source_; }
  /// CRC-32C of all text read; of the whole source once next() has returned false.
  [[nodiscard]] std::uint32_t crc32c() const { return crc_; }
  /// Bytes of text read so far.
  [[nodiscard]] std::uint64_t text_bytes() const { return text_bytes_; }

 private:
  bool fill(std::size_t room);
  bool next_too_long(Line& line);

  ByteSource source_;
  std::vector<char> buffer_;
  std::size_t begin_{};
  std::size_t end_{};
  bool at_end_{};
  std::uint64_t number_{};
  std::uint64_t text_bytes_{};
  std::uint32_t crc_{};
  std::string beginning_;  ///< of a line that was too long
};

}  // namespace acrn::traces
