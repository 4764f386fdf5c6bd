// SPDX-License-Identifier: BSD-3-Clause
#include "traces/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "traces/error.hpp"

namespace acrn::traces {

namespace {

[[noreturn]] void fail(std::string const& name, char const* action, int error) {
  throw EnvironmentError(name + ": " + action + ": " + std::generic_category().message(error));
}

}  // namespace

InputFile::InputFile(std::string const& path)
    : name_{path == "-" ? "standard input" : path},
      descriptor_{path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC)} {
  if (descriptor_ < 0) fail(name_, "cannot be opened", errno);
  struct stat status {};
  if (fstat(descriptor_, &status) != 0) fail(name_, "cannot be examined", errno);
  if (S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() {
  if (descriptor_ > STDERR_FILENO) close(descriptor_);
}

std::size_t InputFile::read(std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    std::byte* const at = bytes.data() + done;
    std::size_t const room = bytes.size() - done;
    ssize_t const count = size_ ? pread(descriptor_, at, room, static_cast<off_t>(position_))
                                : ::read(descriptor_, at, room);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(name_, "cannot be read", errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
    position_ += static_cast<std::uint64_t>(count);
  }
  return done;
}

void InputFile::seek(std::uint64_t offset) {
  if (!size_) fail(name_, "cannot be read twice; give it as a file", ESPIPE);
  position_ = offset;
}

}  // namespace acrn::traces
