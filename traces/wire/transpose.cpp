// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/transpose.hpp"

namespace acrn::traces {

bool Transposer::next(ChunkView& chunk) noexcept {
  while (!finished_) {
    chunk.exit = nullptr;
    chunk.access = nullptr;
    chunk.slot = nullptr;
    chunk.inject = nullptr;
    chunk.input = nullptr;
    std::size_t const rows = take(chunk);
    if (rows != 0) {
      chunk.head.stream = static_cast<std::uint8_t>(stream_);
      chunk.head.rows = static_cast<std::uint32_t>(rows);
      return true;
    }
    finished_ = stream_ == Stream::exit;
    if (finished_) {
      numbers_ = cursor_.numbers();
    } else {
      bool const last = stream_ == Stream::input;
      stream_ = last ? Stream::exit : static_cast<Stream>(static_cast<unsigned>(stream_) + 1);
      cursor_ = RawCursor{records_, numbers_};
    }
  }
  return false;
}

std::size_t Transposer::take(ChunkView& chunk) noexcept {
  switch (stream_) {
    case Stream::exit:
      chunk.exit = &scratch_.exits.columns();
      return scratch_.exits.take(cursor_, chunk.head);
    case Stream::access:
      chunk.access = &scratch_.accesses.columns();
      return scratch_.accesses.take(cursor_, chunk.head);
    case Stream::slot:
      chunk.slot = &scratch_.slots.columns();
      return scratch_.slots.take(cursor_, chunk.head);
    case Stream::inject:
      chunk.inject = &scratch_.injects.columns();
      return scratch_.injects.take(cursor_, chunk.head);
    case Stream::input:
      break;
  }
  chunk.input = &scratch_.inputs.columns();
  return scratch_.inputs.take(cursor_, chunk.head);
}

}  // namespace acrn::traces
