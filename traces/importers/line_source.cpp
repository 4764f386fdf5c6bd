// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/line_source.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "traces/wire/crc32c.hpp"

namespace acrn::traces {
namespace {

constexpr std::size_t block_bytes = 256U << 10U;
constexpr std::size_t beginning_bytes = 256;

std::string_view without_carriage_return(std::string_view text) {
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

}  // namespace

LineSource::LineSource(std::string const& path) : source_(path), buffer_(2 * block_bytes) {}

std::string_view LineSource::peek(std::size_t bytes) {
  while (end_ - begin_ < bytes && fill(bytes)) {
  }
  return {buffer_.data() + begin_, end_ - begin_};
}

bool LineSource::next(Line& line) {
  std::size_t searched = 0;
  while (true) {
    char const* const start = buffer_.data() + begin_;
    auto const* const newline =
        static_cast<char const*>(std::memchr(start + searched, '\n', end_ - begin_ - searched));
    if (newline != nullptr) {
      auto const length = static_cast<std::size_t>(newline - start);
      begin_ += length + 1;
      bool const too_long = length > line_bytes_max;
      line = {without_carriage_return({start, too_long ? beginning_bytes : length}), ++number_,
              too_long};
      return true;
    }
    searched = end_ - begin_;
    if (searched > line_bytes_max) return next_too_long(line);
    if (fill(block_bytes)) continue;
    if (searched == 0) return false;
    begin_ = end_;
    line = {without_carriage_return({buffer_.data() + begin_ - searched, searched}), ++number_,
            false};
    return true;
  }
}

bool LineSource::next_too_long(Line& line) {
  beginning_.assign(buffer_.data() + begin_, beginning_bytes);
  line = {beginning_, ++number_, true};
  while (true) {
    auto const* const newline =
        static_cast<char const*>(std::memchr(buffer_.data() + begin_, '\n', end_ - begin_));
    if (newline != nullptr) {
      begin_ = static_cast<std::size_t>(newline - buffer_.data()) + 1;
      return true;
    }
    begin_ = end_;
    if (!fill(block_bytes)) return true;
  }
}

// Appends at least one byte to the text held, and keeps `room` bytes of it possible.
bool LineSource::fill(std::size_t room) {
  if (at_end_) return false;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  std::size_t const wanted = std::max(room, end_) + block_bytes;
  if (buffer_.size() < wanted) buffer_.resize(wanted);
  std::span<char> const free{buffer_.data() + end_, buffer_.size() - end_};
  std::size_t const got = source_.read(free);
  crc_ = acrn::traces::crc32c(crc_, std::as_bytes(free.first(got)));
  text_bytes_ += got;
  end_ += got;
  at_end_ = got == 0;
  return got != 0;
}

}  // namespace acrn::traces
