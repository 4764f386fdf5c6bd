// SPDX-License-Identifier: BSD-3-Clause
#include "tests/golden/generated_section.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

namespace acrn::tests {

namespace {

std::optional<std::string> read(char const* path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return std::nullopt;
  return text.str();
}

int complain(char const* path, std::string const& sentence) {
  std::cerr << path << ": " << sentence << '\n';
  return EXIT_FAILURE;
}

int check_or_write(GeneratedSection const& section, std::string_view mode, char const* path) {
  auto const document = read(path);
  if (!document) return complain(path, "cannot be read");
  std::string const what{section.what};
  std::size_t const begin = document->find(section.begin_marker);
  std::size_t const end = document->find(section.end_marker);
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    return complain(path, "has no " + what + " markers; put these two lines in:\n" +
                              std::string{section.begin_marker} + std::string{section.end_marker});
  }
  std::string fresh = *document;
  std::size_t const first = begin + section.begin_marker.size();
  fresh.replace(first, end - first, section.text);
  if (fresh == *document) return EXIT_SUCCESS;
  if (mode == "--check") {
    return complain(
        path, "the " + what + " table is out of date; build " + std::string{section.update_target});
  }
  std::ofstream file{path};
  file << fresh;
  file.flush();
  return file ? EXIT_SUCCESS : complain(path, "cannot be written");
}

}  // namespace

int generate(GeneratedSection const& section, int argc, char** argv) {
  if (argc == 1) {
    std::cout << section.text << std::flush;
    return std::cout ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  std::string_view const mode = argv[1];
  if (argc != 3 || (mode != "--check" && mode != "--write")) {
    std::cerr << "usage: " << section.program << " [--check FILE | --write FILE]\n";
    return 2;
  }
  return check_or_write(section, mode, argv[2]);
}

}  // namespace acrn::tests
