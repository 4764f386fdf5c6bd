// SPDX-License-Identifier: BSD-3-Clause
// A file as it is stored, read front to back through one window, whether it can seek or not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace acrn::traces {

/// The bytes of a file or of standard input ("-"). Throws EnvironmentError when it cannot be read.
class StoredFile {
 public:
  explicit StoredFile(std::string path);
  ~StoredFile();
  StoredFile(StoredFile const&) = delete;
  StoredFile& operator=(StoredFile const&) = delete;

  /// Bytes read and not yet consumed; empty means that the file is at its end, after refill().
  [[nodiscard]] std::span<std::uint8_t const> window() const;
  void consume(std::size_t bytes);
  /// Reads until the window has at least `bytes` (at most 64 KiB), or the file ends.
  void refill(std::size_t bytes);

  /// How `path` is called in messages: "standard input" for "-".
  [[nodiscard]] std::string const& name() const { return name_; }
  /// Position of the window's first byte in the file.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  /// Size of the file; 0 when it is not known.
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  std::string name_;
  int descriptor_{-1};
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_{};
  std::size_t end_{};
  std::uint64_t offset_{};
  std::uint64_t total_{};
};

}  // namespace acrn::traces
