// SPDX-License-Identifier: BSD-3-Clause
// Cuts a capture file into frames whose CRC holds, and finds the next one after damage. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "traces/input_file.hpp"
#include "traces/wire/frame.hpp"

namespace acrn::traces {

struct Frame {
  FrameHeader header;
  std::uint64_t offset{};              ///< of the frame's first byte in the file
  std::span<std::byte const> payload;  ///< as stored; valid until the source is used again
};

/// What follows the index.
enum class Ending : std::uint8_t { whole, cut };

class FrameSource {
 public:
  /// Reads and checks the file's magic. Throws ContentError, EnvironmentError.
  FrameSource(std::string const& path, std::uint64_t frame_bytes_max);

  /// The next frame, or nothing at the end of the file, be it cut inside a frame or not. Throws
  /// ContentError for damage, and stays in front of it until resync().
  std::optional<Frame> next();
  /// After the index frame: checks the trailer. Throws ContentError for other bytes than a trailer.
  Ending finish();
  /// Goes to the next frame whose CRC holds, past the damage that next() refused; false at the end.
  bool resync();
  /// Continues at this offset; only for files that have a size.
  void seek(std::uint64_t offset);
  /// The trailer's word on where the index is; nothing without a good trailer or without a size.
  std::optional<std::uint64_t> index_offset();

  [[nodiscard]] InputFile const& file() const { return file_; }
  /// "FILE: offset N: ", the start of every message about the place `offset`.
  [[nodiscard]] std::string where(std::uint64_t offset) const;

 private:
  enum class Probe : std::uint8_t { good, bad, cut };

  std::span<std::byte const> window() const;
  std::size_t ensure(std::size_t size);
  void advance(std::size_t size);
  bool plausible(FrameHeader const& header) const;
  std::optional<FrameHeader> peek();
  bool good_frame_here();
  std::optional<std::size_t> find_in_window(std::size_t from);
  void spend(std::size_t bytes);
  [[noreturn]] void refuse(std::string const& what) const;
  [[noreturn]] void refuse_start(std::size_t available) const;

  InputFile file_;
  std::uint64_t frame_bytes_max_;
  std::uint64_t search_budget_{};  ///< bytes that searches may still check, against hostile files
  std::vector<std::byte> buffer_;
  std::size_t begin_{};  ///< of the window within buffer_
  std::size_t end_{};
  std::uint64_t offset_{};  ///< of the window's first byte in the file
  bool damaged_{};          ///< next() refused what the window starts with
};

}  // namespace acrn::traces
