// SPDX-License-Identifier: BSD-3-Clause
// Where tests find captures: those committed here, and outside ones that may be absent.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace acrn::tests {

/// The repository's root.
std::filesystem::path source_dir();

/// A file of the outside test data (../shared/data beside the repository, or $ACRN_TEST_DATA), or
/// nothing where it is absent; the test then calls GTEST_SKIP() << "data absent: " << name.
std::optional<std::filesystem::path> shared_data(std::string_view name);

/// A fresh empty directory, removed when the object goes.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(TemporaryDirectory const&) = delete;
  TemporaryDirectory& operator=(TemporaryDirectory const&) = delete;
  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace acrn::tests
