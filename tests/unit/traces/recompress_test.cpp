// SPDX-License-Identifier: BSD-3-Clause
// A rewrite of captures whose VMs have several vCPUs.
#include "traces/recompress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/capture_rows.hpp"
#include "tests/support/data.hpp"
#include "tests/unit/traces/messages.hpp"
#include "traces/error.hpp"

namespace acrn::traces {
namespace {

using testing::HasSubstr;

/// Every second access from `first` on, three in all, of that vCPU.
std::string chunk_of(std::uint32_t vcpu, std::uint64_t first, std::uint64_t group) {
  v1::Chunk chunk = good_chunk();
  chunk.set_vcpu(vcpu);
  chunk.set_group(group);
  chunk.mutable_access()->clear_sequence();
  for (int i = 0; i < 3; ++i) chunk.mutable_access()->add_sequence(i == 0 ? first + 1 : 2);
  return frame(FrameKind::chunk, chunk.SerializeAsString());
}

std::string message_of(std::string const& bytes) {
  CaptureFile const file{bytes};
  tests::TemporaryDirectory const directory;
  try {
    recompress(file.path(), directory.path() / "again.acap");
  } catch (ContentError const& error) {
    return error.what();
  }
  return {};
}

TEST(Recompress, MergesTheVcpusOfAGroup) {
  // Accesses 1, 3 and 5 of vCPU 1 stand before 0, 2, 4 of vCPU 0.
  CaptureFile const file{with_header(good_header()) + chunk_of(1, 1, 1) + chunk_of(0, 0, 1)};
  tests::TemporaryDirectory const directory;
  std::string const path = directory.path() / "again.acap";
  EXPECT_EQ(recompress(file.path(), path).rows[2], 6U);
  Reader before{file.path()};
  Reader after{path};
  EXPECT_EQ(show(tests::read_all(after)), show(tests::read_all(before)));
}

TEST(Recompress, RefusesAccessesOutOfOrder) {
  EXPECT_THAT(message_of(with_header(good_header()) + chunk_of(0, 7, 1) + chunk_of(1, 0, 2)),
              HasSubstr("access 0 of VM 0 comes after a later one"));
  EXPECT_THAT(message_of(with_header(good_header()) + chunk_of(0, 0, 0) + chunk_of(1, 1, 0)),
              HasSubstr("access 1 of VM 0 comes after a later one"))
      << "without groups, each chunk is one";
}

}  // namespace
}  // namespace acrn::traces
