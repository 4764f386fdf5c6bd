// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/stored_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "traces/error.hpp"

namespace acrn::traces {
namespace {

constexpr std::size_t window_bytes = 64U << 10U;

[[noreturn]] void fail(std::string const& name, char const* action) {
  int const error = errno;
  throw EnvironmentError(name + ": cannot " + action + ": " +
                         std::generic_category().message(error));
}

}  // namespace

StoredFile::StoredFile(std::string path)
    : name_(path == "-" ? "standard input" : std::move(path)), buffer_(window_bytes) {
  descriptor_ =
      name_ == "standard input" ? dup(STDIN_FILENO) : open(name_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) fail(name_, "open");
  struct stat status {};
  if (fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) {
    total_ = static_cast<std::uint64_t>(status.st_size);
  }
}

StoredFile::~StoredFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::span<std::uint8_t const> StoredFile::window() const {
  return std::span{buffer_}.subspan(begin_, end_ - begin_);
}

void StoredFile::consume(std::size_t bytes) {
  bytes = std::min(bytes, end_ - begin_);
  begin_ += bytes;
  offset_ += bytes;
}

void StoredFile::refill(std::size_t bytes) {
  bytes = std::min(bytes, window_bytes);
  if (end_ - begin_ >= bytes) return;
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  while (end_ < bytes) {
    ssize_t const got = read(descriptor_, buffer_.data() + end_, buffer_.size() - end_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(name_, "read");
    if (got == 0) return;
    end_ += static_cast<std::size_t>(got);
  }
}

}  // namespace acrn::traces
