// SPDX-License-Identifier: BSD-3-Clause
// Runs the fuzzing step over its committed corpus and over seeded mutations of it.
#include "tests/fuzz/fuzz_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "tests/support/data.hpp"

namespace acrn::tests {
namespace {

using Input = std::vector<std::uint8_t>;

std::vector<Input> corpus() {
  std::vector<std::filesystem::path> paths;
  for (auto const& entry :
       std::filesystem::directory_iterator{source_dir() / "tests/fuzz/corpus/reader"}) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Input> inputs;
  for (auto const& path : paths) {
    std::ifstream file{path, std::ios::binary};
    inputs.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
  }
  return inputs;
}

TEST(FuzzReader, TheCorpusFindsNothing) {
  std::vector<Input> const inputs = corpus();
  ASSERT_GE(inputs.size(), 12U);
  for (Input const& input : inputs) fuzz_reader(input);
}

TEST(FuzzReader, MutationsOfTheCorpusFindNothing) {
  std::uint64_t const seed = 20'261'120;
  RecordProperty("seed", std::to_string(seed));
  std::mt19937_64 random{seed};
  std::vector<Input> const inputs = corpus();
  for (int round = 0; round < 400; ++round) {
    Input input = inputs[random() % inputs.size()];
    for (std::uint64_t edits = 1 + random() % 4; edits > 0 && input.size() > 1; --edits) {
      std::size_t const at = 1 + random() % (input.size() - 1);
      auto const place = input.begin() + static_cast<std::ptrdiff_t>(at);
      switch (random() % 4) {
        case 0:
          *place = static_cast<std::uint8_t>(random());
          break;
        case 1:
          *place = static_cast<std::uint8_t>(*place ^ 1U << random() % 8);
          break;
        case 2:
          input.erase(place);
          break;
        default:
          input.insert(place, static_cast<std::uint8_t>(random()));
          break;
      }
    }
    fuzz_reader(input);
  }
}

}  // namespace
}  // namespace acrn::tests
