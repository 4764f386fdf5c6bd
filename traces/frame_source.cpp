// SPDX-License-Identifier: BSD-3-Clause
#include "traces/frame_source.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "traces/error.hpp"

namespace acrn::traces {

namespace {

/// How much is read at once.
constexpr std::size_t block_size = std::size_t{256} << 10U;

/// What searching for frames in a damaged file may cost in all, in bytes checked: less than a
/// second, and far more than any accidental damage needs.
constexpr std::uint64_t search_bytes_max = std::uint64_t{1} << 30U;

std::string hexadecimal(std::uint32_t value) {
  std::string digits = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) digits += "0123456789abcdef"[value >> shift & 0xFU];
  return digits;
}

/// Whether `bytes` are a frame's sync, or as much of it as there is.
bool starts_with_sync(std::span<std::byte const> bytes) {
  for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 4); ++i) {
    if (bytes[i] != static_cast<std::byte>(frame_sync >> (8 * i))) return false;
  }
  return true;
}

}  // namespace

FrameSource::FrameSource(std::string const& path, std::uint64_t frame_bytes_max)
    : file_{path}, frame_bytes_max_{frame_bytes_max}, search_budget_{search_bytes_max} {
  std::size_t const available = std::min(ensure(file_magic.size()), file_magic.size());
  auto const start = window().first(available);
  if (available < file_magic.size() ||
      std::memcmp(start.data(), file_magic.data(), available) != 0) {
    refuse_start(available);
  }
  advance(file_magic.size());
}

void FrameSource::refuse_start(std::size_t available) const {
  if (available == 0) {
    throw ContentError(where(0) +
                       "the file is empty, expected a capture; was the recording started?");
  }
  auto const start = window().first(available);
  auto const as_text = [](std::byte byte) {
    return byte < std::byte{0x80} && byte != std::byte{0};
  };
  if (std::memcmp(start.data(), file_magic.data(), std::min<std::size_t>(available, 5)) == 0) {
    throw ContentError(where(0) +
                       "the magic of a capture is damaged, as by a transfer as text; "
                       "copy the file again as binary");
  }
  if (std::all_of(start.begin(), start.end(), as_text)) {
    throw ContentError(where(0) + "found text, expected a capture; import it first");
  }
  throw ContentError(where(0) +
                     "found something else, expected the magic of a capture; "
                     "is this the right file?");
}

std::string FrameSource::where(std::uint64_t offset) const {
  return file_.name() + ": offset " + std::to_string(offset) + ": ";
}

void FrameSource::refuse(std::string const& what) const {
  throw ContentError(where(offset_) + what +
                     "; the file is damaged here: copy it again, or skip this part");
}

std::span<std::byte const> FrameSource::window() const {
  return std::span{buffer_}.subspan(begin_, end_ - begin_);
}

std::size_t FrameSource::ensure(std::size_t size) {
  if (end_ - begin_ >= size) return end_ - begin_;
  std::move(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  // Grow with what the file really has, not with what a damaged length claims.
  while (end_ < size) {
    if (buffer_.size() < end_ + block_size) buffer_.resize(std::max(end_ * 2, end_ + block_size));
    std::size_t const wanted = buffer_.size() - end_;
    std::size_t const got = file_.read(std::span{buffer_}.subspan(end_, wanted));
    end_ += got;
    if (got < wanted) break;
  }
  return end_ - begin_;
}

void FrameSource::advance(std::size_t size) {
  begin_ += size;
  offset_ += size;
}

void FrameSource::seek(std::uint64_t offset) {
  file_.seek(offset);
  begin_ = end_ = 0;
  offset_ = offset;
  damaged_ = false;
}

bool FrameSource::plausible(FrameHeader const& header) const {
  return header.stored <= frame_bytes_max_ && header.raw <= frame_bytes_max_;
}

std::optional<FrameHeader> FrameSource::peek() {
  return decode_frame_header(window().first<frame_header_size>());
}

std::optional<Frame> FrameSource::next() {
  std::size_t const available = ensure(frame_header_size);
  if (available == 0) return std::nullopt;
  damaged_ = true;
  if (!starts_with_sync(window())) refuse("found no frame, expected one to start here");
  if (available < frame_header_size) return std::nullopt;
  std::optional<FrameHeader> const header = peek();
  if (!plausible(*header)) {
    refuse("found a frame of " + std::to_string(std::max(header->stored, header->raw)) +
           " bytes, expected at most " + std::to_string(frame_bytes_max_));
  }
  std::size_t const size = frame_header_size + header->stored;
  if (ensure(size) < size) {
    // Cut, or a damaged length: a good frame further on tells.
    if (!find_in_window(1) && !index_offset()) return std::nullopt;
    refuse("found a frame of " + std::to_string(size) +
           " bytes, which runs past the end of the file");
  }
  auto const payload = window().subspan(frame_header_size, header->stored);
  std::uint32_t const crc = frame_crc(window().first<frame_crc_offset>(), payload);
  if (crc != header->crc) {
    refuse("found CRC-32C " + hexadecimal(crc) + " of this frame, expected " +
           hexadecimal(header->crc));
  }
  damaged_ = false;
  Frame const frame{.header = *header, .offset = offset_, .payload = payload};
  advance(size);
  return frame;
}

Ending FrameSource::finish() {
  std::size_t const available = ensure(trailer_size + 1);
  if (available < trailer_size) return Ending::cut;
  damaged_ = true;
  if (!decode_trailer(window().first<trailer_size>())) {
    refuse("found something else, expected the trailer after the index");
  }
  if (available > trailer_size) {
    advance(trailer_size);
    refuse("found more bytes, expected the end of the file after its trailer");
  }
  advance(trailer_size);
  damaged_ = false;
  return Ending::whole;
}

std::optional<std::uint64_t> FrameSource::index_offset() {
  std::optional<std::uint64_t> const size = file_.size();
  if (!size || *size < file_magic.size() + frame_header_size + trailer_size) return std::nullopt;
  std::array<std::byte, trailer_size> bytes{};
  file_.seek(*size - trailer_size);
  bool const complete = file_.read(bytes) == bytes.size();
  file_.seek(offset_ + (end_ - begin_));
  if (!complete) return std::nullopt;
  std::optional<std::uint64_t> const offset = decode_trailer(bytes);
  bool const possible = offset && *offset >= file_magic.size() + frame_header_size &&
                        *offset <= *size - trailer_size - frame_header_size;
  return possible ? offset : std::nullopt;
}

void FrameSource::spend(std::size_t bytes) {
  if (bytes > search_budget_) {
    refuse("found too many false frame starts to search on");
  }
  search_budget_ -= bytes;
}

std::optional<std::size_t> FrameSource::find_in_window(std::size_t from) {
  auto const bytes = window();
  for (std::size_t at = from; at + frame_header_size <= bytes.size(); ++at) {
    auto const candidate = bytes.subspan(at);
    auto const header = decode_frame_header(candidate.first<frame_header_size>());
    if (!header || !plausible(*header)) continue;
    if (candidate.size() - frame_header_size < header->stored) continue;
    spend(frame_header_size + header->stored);
    auto const payload = candidate.subspan(frame_header_size, header->stored);
    if (frame_crc(candidate.first<frame_crc_offset>(), payload) == header->crc) return at;
  }
  return std::nullopt;
}

bool FrameSource::good_frame_here() {
  std::optional<FrameHeader> const header = peek();
  if (!header || !plausible(*header)) return false;
  std::size_t const size = frame_header_size + header->stored;
  if (ensure(size) < size) return false;
  spend(size);
  auto const payload = window().subspan(frame_header_size, header->stored);
  return frame_crc(window().first<frame_crc_offset>(), payload) == header->crc;
}

bool FrameSource::resync() {
  if (damaged_ && ensure(1) > 0) advance(1);
  damaged_ = false;
  std::byte const first_byte{frame_sync & 0xFFU};
  while (ensure(frame_header_size) >= frame_header_size) {
    if (good_frame_here()) return true;
    auto const rest = window().subspan(1);
    auto const found = std::find(rest.begin(), rest.end(), first_byte);
    advance(1 + static_cast<std::size_t>(std::distance(rest.begin(), found)));
  }
  advance(end_ - begin_);
  return false;
}

}  // namespace acrn::traces
