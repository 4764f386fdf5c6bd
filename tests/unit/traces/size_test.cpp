// SPDX-License-Identifier: BSD-3-Clause
// The promise on size: accesses with time, shape, address and value take at most 9 bytes each plain
// and 2.2 compressed, on real captures and even if every stamp had full nanosecond resolution.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "tests/unit/traces/capture_file.hpp"
#include "traces/importers/import.hpp"
#include "traces/reader.hpp"

namespace acrn::traces {
namespace {

struct Sample {
  char const* name;
  std::filesystem::path path;
  std::size_t accesses_min;
};

/// Time, shape, address and value of every access of a real trace, in order.
std::vector<AccessRow> bare_accesses(std::filesystem::path const& path) {
  tests::TemporaryDirectory const directory;
  std::string const imported = directory.path() / "imported.acap";
  import_capture(path, imported, {});
  Reader reader{imported};
  std::vector<AccessRow> rows;
  for (AccessBatch batch; reader.next(batch);) {
    for (std::size_t i = 0; i < batch.info.rows; ++i) {
      AccessRow const full = batch.row(i);
      AccessRow& row = rows.emplace_back();
      row.sequence = full.sequence;
      row.time = full.time;
      row.access = full.access;
      row.value_known = full.value_known;
    }
  }
  return rows;
}

double bytes_per_access(std::vector<AccessRow> const& rows, Codec codec) {
  std::string const bytes = capture_of({.codec = codec}, [&](Writer& writer) {
    std::uint64_t sequence = 0;
    for (AccessRow row : rows) {
      row.sequence = sequence++;
      writer.write(0, 0, row);
    }
  });
  return static_cast<double>(bytes.size()) / static_cast<double>(rows.size());
}

class Size : public testing::TestWithParam<Sample> {};

TEST_P(Size, StaysWithinThePromise) {
  std::vector<AccessRow> rows = bare_accesses(GetParam().path);
  ASSERT_GE(rows.size(), GetParam().accesses_min);
  double const plain = bytes_per_access(rows, Codec::none);
  double const compressed = bytes_per_access(rows, Codec::zstd);
  // Microseconds made nanoseconds with digits that nobody can foresee: the worst case.
  std::mt19937_64 random{1};
  std::uint64_t last = 0;
  for (AccessRow& row : rows) last = row.time = std::max(last, row.time * 1000 + random() % 1000);
  double const plain_ns = bytes_per_access(rows, Codec::none);
  double const compressed_ns = bytes_per_access(rows, Codec::zstd);
  std::printf("%s: %.2f plain, %.2f compressed; at 1 ns %.2f and %.2f bytes per access\n",
              GetParam().name, plain, compressed, plain_ns, compressed_ns);
  EXPECT_LE(plain_ns, 9.0);
  EXPECT_LE(compressed_ns, 2.2);
  EXPECT_LE(plain, 6.0);
  EXPECT_LE(compressed, 1.0);
}

std::filesystem::path committed(char const* name) {
  return tests::source_dir() / "traces/captures" / name;
}

INSTANTIATE_TEST_SUITE_P(
    Committed, Size,
    testing::Values(Sample{"SeaBiosKvm", committed("seabios_kvm.ftrace.txt.xz"), 27'000},
                    Sample{"MicrovmQemu", committed("microvm_linux_qemu.trace.xz"), 70'000}),
    [](auto const& test) { return std::string{test.param.name}; });

}  // namespace
}  // namespace acrn::traces
