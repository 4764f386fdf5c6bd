// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/soft_breaks.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/traces/importers/list_sink.hpp"

namespace acrn::traces {
namespace {

using tests::import_text;

/// A line of `size` bytes that a mailer broke: its last byte is '='.
std::string broken(std::size_t size) { return std::string(size - 1, 'x') + '='; }

TEST(SoftBreaks, OtherLinesPassUnchanged) {
  SoftBreaks breaks;
  for (std::string const& text : {std::string{}, std::string{"="}, broken(69), broken(77),
                                  '#' + broken(75), std::string(76, 'x')}) {
    auto const line = breaks.take({text, 7, false});
    ASSERT_TRUE(line) << text;
    EXPECT_EQ(line->text, text);
    EXPECT_EQ(line->number, 7U);
  }
  EXPECT_FALSE(breaks.finish());
}

TEST(SoftBreaks, PiecesAreJoinedUnderTheNumberOfTheLast) {
  SoftBreaks breaks;
  EXPECT_FALSE(breaks.take({broken(70), 1, false}));
  EXPECT_FALSE(breaks.take({broken(76), 2, false}));
  auto const line = breaks.take({"y=3Dz", 3, false});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->text, std::string(69 + 75, 'x') + "y=z");
  EXPECT_EQ(line->number, 3U);
  EXPECT_EQ(breaks.take({"next", 4, false})->text, "next");
}

TEST(SoftBreaks, AnEscapeMayBeBrokenToo) {
  SoftBreaks breaks;
  std::string const head(71, 'x');
  EXPECT_FALSE(breaks.take({head + "=3=", 1, false}));
  EXPECT_EQ(breaks.take({"D1", 2, false})->text, head + "=1");
}

TEST(SoftBreaks, APieceWithoutItsRestIsDeliveredAtTheEnd) {
  SoftBreaks breaks;
  EXPECT_FALSE(breaks.take({broken(76), 9, false}));
  auto const line = breaks.finish();
  ASSERT_TRUE(line);
  EXPECT_EQ(line->text, std::string(75, 'x'));
  EXPECT_EQ(line->number, 9U);
  EXPECT_FALSE(breaks.finish());
}

TEST(SoftBreaks, MemoryIsBounded) {
  SoftBreaks breaks;
  std::string const piece = broken(76);
  std::size_t pieces = 1;
  std::optional<Line> line;
  while (!(line = breaks.take({piece, pieces, false}))) ++pieces;
  EXPECT_TRUE(line->too_long);
  EXPECT_EQ(pieces, LineSource::line_bytes_max / 75 + 1);
}

TEST(SoftBreaks, AMailedTraceGivesWhatTheTraceGives) {
  std::string const plain =
      " qemu-system-x86-30037 [001]  2871.346554: kvm_pio:              rw=1 port=0x70 size=1 "
      "count=1 val=0x8f\n"
      " qemu-system-x86-30037 [001]  2871.346600: kvm_userspace_exit:   reason KVM_EXIT_IO (2)\n";
  std::string const mailed =
      " qemu-system-x86-30037 [001]  2871.346554: kvm_pio:              rw=3D1 por=\n"
      "t=3D0x70 size=3D1 count=3D1 val=3D0x8f\n"
      " qemu-system-x86-30037 [001]  2871.346600: kvm_userspace_exit:   reason KVM=\n"
      "_EXIT_IO (2)\n";
  auto const expected = import_text(plain);
  auto const got = import_text(mailed);
  ASSERT_EQ(expected.sink.accesses.size(), 1U);
  ASSERT_EQ(got.sink.accesses.size(), 1U);
  EXPECT_EQ(got.sink.accesses[0].row.access, expected.sink.accesses[0].row.access);
  EXPECT_EQ(got.sink.accesses[0].row.handling, expected.sink.accesses[0].row.handling);
  EXPECT_EQ(got.report.lines, 4U);
  EXPECT_EQ(got.report.source.used, 4U);
  EXPECT_EQ(got.report.used_by_kind.at("piece of a line that a mailer broke"), 2U);
}

}  // namespace
}  // namespace acrn::traces
