// SPDX-License-Identifier: BSD-3-Clause
#include "traces/merged.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/unit/traces/capture_file.hpp"
#include "tests/unit/traces/messages.hpp"

namespace acrn::traces {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Seen {
  std::uint16_t vm;
  std::uint16_t vcpu;
  std::uint64_t sequence;
  friend bool operator==(Seen const&, Seen const&) = default;
  friend std::ostream& operator<<(std::ostream& out, Seen const& seen) {
    return out << seen.vm << '/' << seen.vcpu << '#' << seen.sequence;
  }
};

std::vector<Seen> merge(std::string const& path, MergeOptions const& options = {}) {
  Reader reader{path};
  MergedAccesses merged{reader, path, options};
  std::vector<Seen> seen;
  for (MergedAccess access; merged.next(access);) {
    seen.push_back({access.vm, access.vcpu, access.access().sequence});
  }
  return seen;
}

AccessRow access(std::uint64_t sequence) {
  AccessRow row;
  row.sequence = sequence;
  row.access.size = 1;
  return row;
}

TEST(Merged, GivesEachVmInItsOwnOrder) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    std::mt19937_64 random{seed};
    std::map<std::uint16_t, std::vector<Seen>> written;
    auto const chunk_rows = static_cast<std::uint32_t>(1 + random() % 9);
    CaptureFile const file{capture_of({.chunk_rows = chunk_rows}, [&](Writer& writer) {
      std::map<std::uint16_t, std::uint64_t> sequence;
      for (int i = 0; i < 300; ++i) {
        auto const vm = static_cast<std::uint16_t>(random() % 3);
        auto const vcpu = static_cast<std::uint16_t>(random() % 4);
        sequence[vm] += 1 + (random() % 8 == 0 ? random() % 100 : 0);
        if (random() % 50 == 0) writer.lost(vm, vcpu, 1);
        writer.write(vm, vcpu, access(sequence[vm]));
        written[vm].push_back({vm, vcpu, sequence[vm]});
      }
    })};
    std::map<std::uint16_t, std::vector<Seen>> merged;
    // Four vCPUs' chunks of each VM, and the chunk after them, are the most it may hold.
    MergeOptions const options{.held_rows_max = std::size_t{chunk_rows} * 5 * 3};
    for (Seen const& seen : merge(file.path(), options)) merged[seen.vm].push_back(seen);
    EXPECT_EQ(merged, written) << "seed " << seed;
  }
}

TEST(Merged, AnEmptyCaptureHasNone) {
  CaptureFile const file{capture_of({}, [](Writer&) {})};
  EXPECT_TRUE(merge(file.path()).empty());
}

/// A chunk as a foreign writer might make it: these sequences, one vCPU.
std::string chunk(std::uint32_t vcpu, std::uint64_t group, std::vector<std::uint64_t> sequences) {
  v1::Chunk message = good_chunk();
  message.set_vcpu(vcpu);
  message.set_group(group);
  message.set_rows(static_cast<std::uint32_t>(sequences.size()));
  message.set_first_sequence(sequences.front());
  v1::AccessColumns& columns = *message.mutable_access();
  columns.clear_sequence();
  columns.clear_address();
  columns.add_address(0);
  std::uint64_t before = sequences.front() - 1;
  for (std::uint64_t const sequence : sequences) {
    columns.add_sequence(sequence - before);
    before = sequence;
  }
  return frame(FrameKind::chunk, message.SerializeAsString());
}

std::vector<std::uint64_t> sequences(std::vector<Seen> const& seen) {
  std::vector<std::uint64_t> numbers;
  for (Seen const& one : seen) numbers.push_back(one.sequence);
  return numbers;
}

TEST(Merged, WithoutGroupsGapFreeSequencesTell) {
  CaptureFile const file{with_header(good_header()) + chunk(0, 0, {2, 3}) + chunk(1, 0, {0, 1}) +
                         chunk(1, 0, {4, 7}) + chunk(0, 0, {5, 6})};
  EXPECT_THAT(sequences(merge(file.path(), {.held_rows_max = 4})),
              ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(Merged, WithoutGroupsAndWithGapsMemoryIsTheLimit) {
  std::string bytes = with_header(good_header()) + chunk(0, 0, {0, 1, 9}) + chunk(1, 0, {3, 4}) +
                      chunk(1, 0, {5, 6});
  CaptureFile const file{bytes};
  EXPECT_THAT(sequences(merge(file.path())), ElementsAre(0, 1, 3, 4, 5, 6, 9));
  EXPECT_THAT(content_error([&] { merge(file.path(), {.held_rows_max = 6}); }),
              testing::AllOf(HasSubstr("broken.acap: offset "), HasSubstr("too scattered to merge"),
                             HasSubstr("7 rows are held, at most 6")));
}

TEST(Merged, RefusesSequencesThatContradictTheFormat) {
  auto const error = [](std::string const& chunks) {
    CaptureFile const file{with_header(good_header()) + chunks};
    return content_error([&] { merge(file.path()); });
  };
  EXPECT_THAT(error(chunk(0, 1, {5, 4})), HasSubstr("found access 4 after access 5"));
  EXPECT_THAT(error(chunk(0, 1, {5, 5})), HasSubstr("found access 5 after access 5"));
  EXPECT_THAT(error(chunk(0, 1, {5, 6}) + chunk(1, 1, {6, 8})),
              HasSubstr("found access 6 of VM 0, expected 7 or later"));
  EXPECT_THAT(error(chunk(0, 1, {5, 6}) + chunk(1, 2, {2, 8})),
              HasSubstr("found access 2 of VM 0, expected 7 or later"));
}

}  // namespace
}  // namespace acrn::traces
