// SPDX-License-Identifier: BSD-3-Clause
#include "traces/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "traces/error.hpp"

namespace acrn::traces {

namespace {

bool is_special(std::string const& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

}  // namespace

OutputFile::OutputFile(std::string path) : path_{std::move(path)} {
  if (path_ == "-") {
    written_path_ = "standard output";
    descriptor_ = STDOUT_FILENO;
    return;
  }
  written_path_ = is_special(path_) ? path_ : path_ + ".partial";
  descriptor_ = open(written_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("cannot be opened for writing", errno);
}

OutputFile::~OutputFile() {
  if (descriptor_ > STDERR_FILENO) close(descriptor_);
}

void OutputFile::fail(char const* action, int error) const {
  std::string message =
      written_path_ + ": " + action + ": " + std::generic_category().message(error);
  if (error == ENOSPC || error == EDQUOT) message += "; make room or write elsewhere";
  throw EnvironmentError(message);
}

void OutputFile::write(std::span<std::byte const> bytes) {
  while (!bytes.empty()) {
    ssize_t const written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot be written", errno);
    size_ += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void OutputFile::commit() {
  if (path_ == "-") return;
  // EINVAL and EROFS: a special file that has nothing to flush.
  if (fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS)
    fail("cannot be written", errno);
  if (close(std::exchange(descriptor_, -1)) != 0) fail("cannot be closed", errno);
  if (written_path_ != path_ && std::rename(written_path_.c_str(), path_.c_str()) != 0) {
    fail("cannot be renamed to its final name", errno);
  }
}

}  // namespace acrn::traces
