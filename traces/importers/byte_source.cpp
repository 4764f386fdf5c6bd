// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/byte_source.hpp"

#include <algorithm>
#include <cstring>

#include "traces/error.hpp"

namespace acrn::traces {
namespace {

constexpr std::size_t refill_bytes = 32U << 10U;
constexpr std::size_t magic_bytes = 6;

}  // namespace

ByteSource::ByteSource(std::string const& path) : file_(path) {
  file_.refill(magic_bytes);
  compression_ = detect_compression(file_.window());
  if (compression_ != Compression::none) decoder_ = make_decoder(compression_);
}

std::size_t ByteSource::read(std::span<char> out) {
  if (compression_ == Compression::none) return read_plain(out);
  if (out.empty()) return 0;
  while (true) {
    file_.refill(1);
    auto const in = file_.window();
    auto const input = in.empty() ? Decoder::Input::ends_here : Decoder::Input::more_may_follow;
    Decoder::Step const step = decoder_->step(in, out, input);
    if (step.error != nullptr) damaged(step.error);
    file_.consume(step.taken);
    if (step.made != 0) return step.made;
    if (in.empty() && decoder_->complete()) return 0;
    if (in.empty()) damaged("it ends in the middle of the compressed data");
    if (step.taken == 0) damaged("bytes follow that are not compressed data");
  }
}

std::size_t ByteSource::read_plain(std::span<char> out) {
  file_.refill(std::min(out.size(), refill_bytes));
  auto const in = file_.window();
  std::size_t const count = std::min(in.size(), out.size());
  if (count != 0) std::memcpy(out.data(), in.data(), count);
  file_.consume(count);
  return count;
}

void ByteSource::damaged(char const* what) const {
  throw ContentError(file_.name() + ": offset " + std::to_string(file_.offset()) + ": " +
                     acrn::traces::name(compression_) + " file: " + what +
                     "; get the file again, or decompress what is left of it and import that");
}

}  // namespace acrn::traces
