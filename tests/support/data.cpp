// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/data.hpp"

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace acrn::tests {

std::filesystem::path source_dir() { return ACRN_SOURCE_DIR; }

std::optional<std::filesystem::path> shared_data(std::string_view name) {
  char const* const elsewhere = std::getenv("ACRN_TEST_DATA");
  std::filesystem::path const root =
      elsewhere != nullptr ? std::filesystem::path{elsewhere} : source_dir() / "../shared/data";
  std::filesystem::path path = root / name;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "acrn-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace acrn::tests
