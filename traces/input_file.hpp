// SPDX-License-Identifier: BSD-3-Clause
// A file or pipe being read, by position where it can seek. Internal to traces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace acrn::traces {

/// All errors are EnvironmentError.
class InputFile {
 public:
  /// Opens `path`; "-" is standard input.
  explicit InputFile(std::string const& path);
  ~InputFile();
  InputFile(InputFile const&) = delete;
  InputFile& operator=(InputFile const&) = delete;

  /// What messages call the file.
  [[nodiscard]] std::string const& name() const { return name_; }
  /// Bytes of the file; nothing for what cannot seek.
  [[nodiscard]] std::optional<std::uint64_t> size() const { return size_; }
  /// Reads up to bytes.size() bytes from where the last read ended; fewer only at the end.
  std::size_t read(std::span<std::byte> bytes);
  /// The next read starts at `offset`; only for files that have a size().
  void seek(std::uint64_t offset);

 private:
  std::string name_;
  int descriptor_{-1};
  std::optional<std::uint64_t> size_;
  std::uint64_t position_{};
};

}  // namespace acrn::traces
