// SPDX-License-Identifier: BSD-3-Clause
// A file being written that only gets its name when it is complete. Internal to traces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace acrn::traces {

/// Writes to PATH.partial, or to standard output for "-". All errors are EnvironmentError.
class OutputFile {
 public:
  explicit OutputFile(std::string path);
  /// Closes; a file that was not committed keeps its name PATH.partial.
  ~OutputFile();
  OutputFile(OutputFile const&) = delete;
  OutputFile& operator=(OutputFile const&) = delete;

  void write(std::span<std::byte const> bytes);
  /// Bytes written so far.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Makes the data durable and renames PATH.partial to PATH, replacing what was there. A target
  /// that is not a regular file (a device, a pipe) was written directly and is only closed.
  void commit();

 private:
  [[noreturn]] void fail(char const* action, int error) const;

  std::string path_;
  std::string written_path_;  ///< what is open: PATH.partial, or PATH itself
  int descriptor_{-1};
  std::uint64_t size_{};
};

}  // namespace acrn::traces
