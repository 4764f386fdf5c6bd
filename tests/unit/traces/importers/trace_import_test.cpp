// SPDX-License-Identifier: BSD-3-Clause
// What an import does with sources that are no traces, damaged, hostile, or of a forced dialect.
#include "traces/importers/trace_import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/unit/traces/importers/list_sink.hpp"
#include "traces/error.hpp"

namespace acrn::traces {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using tests::TemporaryDirectory;

char const* const pio =
    " a-10 [000] .... 1.000001: kvm_pio: pio_write at 0x80 size 1 count 1 val 0x1\n";

std::string refusal_of(std::string_view content, ImportOptions const& options = {}) {
  TemporaryDirectory const directory;
  std::string const path = tests::write_file(directory.path() / "source", content);
  try {
    tests::import_file(path, options);
  } catch (ContentError const& error) {
    std::string message = error.what();
    EXPECT_EQ(message.find(path), 0U) << message;
    return message;
  }
  return "accepted";
}

TEST(TraceImport, TextsOfAnotherKindAreRefusedWithTheWayOut) {
  for (char const* const content :
       {"", "\n\n\n", "hello world\n", "{\"json\": 1}\n",
        " a-10 [000] .... 1.000001: sched_switch: prev_comm=a\n", "# tracer: nop\n#\n"}) {
    EXPECT_THAT(refusal_of(content),
                AllOf(HasSubstr("no line is a KVM event or a QEMU memory_region_ops line"),
                      HasSubstr("expected"), HasSubstr("--dialect"), Not(HasSubstr("\n"))))
        << content;
  }
}

TEST(TraceImport, KvmEventsThatCarryNothingAreRefusedToo) {
  EXPECT_THAT(refusal_of(" a-10 [000] .... 1.000001: kvm_fpu: load\n"), HasSubstr("no line is"));
  EXPECT_THAT(refusal_of(" a-10 [000] .... 1.000001: kvm_pio: pio_write at 0x80 size 3\n"),
              HasSubstr("no line is"));
}

TEST(TraceImport, KnownBinariesAreNamed) {
  EXPECT_THAT(refusal_of(std::string("\x17\x08\x44tracing7\0zstd", 15)),
              AllOf(HasSubstr("trace.dat"), HasSubstr("trace-cmd report")));
  EXPECT_THAT(refusal_of("PERFILE2 and more"),
              AllOf(HasSubstr("perf.data"), HasSubstr("perf script")));
}

TEST(TraceImport, RandomBytesAreRefused) {
  std::mt19937_64 random(20'260'101);
  for (int round = 0; round < 20; ++round) {
    std::string bytes(50'000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    EXPECT_THAT(refusal_of(bytes), HasSubstr("no line is a KVM event"));
  }
}

TEST(TraceImport, ADecompressionBombIsRefusedByItsBeginning) {
  EXPECT_THAT(refusal_of(tests::compress_xz(std::string(100U << 20U, '\0'))),
              HasSubstr("no line is a KVM event"));
  EXPECT_THAT(refusal_of(tests::compress_zstd(std::string(100U << 20U, '\n'))),
              HasSubstr("no line is a KVM event"));
}

TEST(TraceImport, DamageInTheMiddleStopsTheImport) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += pio;
  std::string const packed = tests::compress_xz(text);
  EXPECT_THAT(refusal_of(std::string_view{packed}.substr(0, packed.size() / 2)),
              HasSubstr("ends in the middle of the compressed data"));
}

TEST(TraceImport, AForcedDialectIsTaken) {
  auto const kvm = tests::import_text(pio, {.dialect = "kvm-trace-cmd"});
  EXPECT_EQ(kvm.report.source.dialect, "kvm-trace-cmd");
  EXPECT_EQ(kvm.report.accesses, 1U);
  EXPECT_THAT(refusal_of(pio, {.dialect = "qemu-log"}), HasSubstr("no line is"));
  EXPECT_THROW(tests::import_text(pio, {.dialect = "klingon"}), std::invalid_argument);
}

TEST(TraceImport, EventsMayComeLateInTheSource) {
  std::string text;
  while (text.size() < (3U << 20U))
    text += " a-10 [000] .... 1.000001: sched_switch: prev_comm=a\n";
  auto const got = tests::import_text(text + pio);
  EXPECT_EQ(got.report.accesses, 1U);
}

TEST(TraceImport, ProgressReachesTheSize) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += pio;
  std::vector<ImportProgress> seen;
  ImportOptions options;
  options.progress = [&](ImportProgress const& progress) { seen.push_back(progress); };
  auto const got = tests::import_text(text, options);
  ASSERT_GE(seen.size(), 4U);
  for (std::size_t i = 1; i < seen.size(); ++i)
    EXPECT_GE(seen[i].bytes_read, seen[i - 1].bytes_read);
  EXPECT_EQ(seen.back().bytes_read, text.size());
  EXPECT_EQ(seen.back().bytes_total, text.size());
  EXPECT_EQ(seen.back().lines, got.report.lines);
}

TEST(TraceImport, RejectedLinesAreShownUpToTheLimitAndPrintable) {
  std::string text = pio;
  for (int i = 0; i < 10; ++i) text += "bad \x01\xff line\n";
  auto const got = tests::import_text(text, {.rejected_shown_max = 3});
  EXPECT_EQ(got.report.source.rejected, 10U);
  ASSERT_EQ(got.report.rejected.size(), 3U);
  EXPECT_EQ(got.report.rejected[2].line, 4U);
  EXPECT_EQ(got.report.rejected[0].text, "bad ?? line");
}

TEST(TraceImport, KindsAreBounded) {
  std::string text = pio;
  for (int i = 0; i < 1'000; ++i) {
    text += " a-10 [000] .... 1.000001: event_" + std::to_string(i) + ": x\n";
  }
  auto const got = tests::import_text(text);
  EXPECT_LE(got.report.ignored_by_kind.size(), 257U);
  EXPECT_EQ(got.report.source.ignored, 1'000U);
}

// Every mutation of a real trace must be imported or refused, with all its lines accounted for.
class Mutations : public testing::TestWithParam<char const*> {};

TEST_P(Mutations, NeverLoseALine) {
  std::uint64_t const seed = 42;
  RecordProperty("seed", std::to_string(seed));
  std::mt19937_64 random(seed);
  std::string const original = tests::read_file(tests::source_dir() / GetParam());
  for (int round = 0; round < 100; ++round) {
    std::string text = original;
    for (int edit = 0; edit < 8; ++edit) {
      std::size_t const at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 40);
          break;
        case 2:
          text.insert(at, 1 + random() % 4, static_cast<char>('0' + random() % 10));
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 100));
          break;
      }
      if (text.empty()) text = "\n";
    }
    try {
      auto const got = tests::import_text(text);
      SourceInfo const& source = got.report.source;
      EXPECT_EQ(source.used + source.ignored + source.rejected, got.report.lines) << text;
      EXPECT_EQ(got.sink.accesses.size(), got.report.accesses);
      for (auto const& access : got.sink.accesses) {
        EXPECT_TRUE(core::is_access_size(access.row.access.space, access.row.access.size));
        EXPECT_EQ(access.row.access.value,
                  core::truncate(access.row.access.value, access.row.access.size));
      }
    } catch (ContentError const&) {
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Traces, Mutations,
                         testing::Values("tests/golden/text/ftrace_4_flags.txt",
                                         "tests/golden/text/ftrace_5_flags.txt",
                                         "tests/golden/text/ftrace_2.6_no_info.txt",
                                         "tests/golden/text/trace_cmd_padded.txt",
                                         "tests/golden/text/trace_cmd_raw.txt"));

}  // namespace
}  // namespace acrn::traces
