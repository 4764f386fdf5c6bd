// SPDX-License-Identifier: BSD-3-Clause
// Files that the importers' tests make: plain, and in each compression an import takes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace acrn::tests {

std::string compress_xz(std::string_view text);
std::string compress_gzip(std::string_view text);
std::string compress_zstd(std::string_view text);

/// Writes `bytes` to `path` and returns it as a string.
std::string write_file(std::filesystem::path const& path, std::string_view bytes);
std::string read_file(std::filesystem::path const& path);

}  // namespace acrn::tests
