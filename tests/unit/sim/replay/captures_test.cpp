// SPDX-License-Identifier: BSD-3-Clause
// The committed captures, replayed: nothing diverges, and the digests are what they always were.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/data.hpp"
#include "tests/unit/sim/replay/replay_capture.hpp"
#include "traces/importers/import.hpp"

namespace acrn::replay {
namespace {

struct Expected {
  char const* source;
  std::uint64_t accesses;
  std::uint64_t elements;
  std::uint64_t forwarded;
  std::uint64_t checked;
  std::uint32_t digest;
};

void PrintTo(Expected const& expected, std::ostream* out) { *out << expected.source; }

class Captures : public testing::TestWithParam<Expected> {
 protected:
  void SetUp() override {
    traces::import_capture((tests::source_dir() / "traces/captures" / GetParam().source).string(),
                           capture_.string(), {});
  }
  tests::TemporaryDirectory const directory_;
  std::filesystem::path const capture_{directory_.path() / "capture.acap"};
};

TEST_P(Captures, ReplayWithoutDivergenceInEveryProfile) {
  Plan const plan = tests::load_plan(capture_);
  for (core::Profile const* const profile : core::profiles) {
    ReplayResult const result = replay_functional(plan, {.profile = profile, .record = nullptr});
    EXPECT_EQ(result.divergences, 0U) << profile->name;
    EXPECT_EQ(result.faulted, 0U) << profile->name;
    EXPECT_EQ(result.accesses, GetParam().accesses) << profile->name;
    EXPECT_EQ(result.elements, GetParam().elements) << profile->name;
    EXPECT_EQ(result.forwarded, GetParam().forwarded) << profile->name;
    EXPECT_EQ(result.fields.checked, GetParam().checked) << profile->name;
    EXPECT_EQ(result.digest, GetParam().digest) << profile->name;
  }
}

TEST_P(Captures, RecordingAReplayIsAFixedPoint) {
  auto const once = directory_.path() / "once.acap";
  auto const twice = directory_.path() / "twice.acap";
  ReplayResult const original = tests::replay_recording(tests::load_plan(capture_), once);
  ReplayResult const replayed = tests::replay_recording(tests::load_plan(once), twice);
  EXPECT_EQ(replayed.divergences, 0U);
  EXPECT_EQ(replayed.vcpu_digests, original.vcpu_digests);
  EXPECT_GT(replayed.fields.checked, original.fields.checked + 2 * original.accesses);
  EXPECT_TRUE(tests::bytes_of(once) == tests::bytes_of(twice));
}

INSTANTIATE_TEST_SUITE_P(Committed, Captures,
                         testing::Values(Expected{.source = "seabios_kvm.ftrace.txt.xz",
                                                  .accesses = 27'342,
                                                  .elements = 27'648,
                                                  .forwarded = 6'630,
                                                  .checked = 1,
                                                  .digest = 0x43a4ce87},
                                         Expected{.source = "microvm_linux_qemu.trace.xz",
                                                  .accesses = 70'010,
                                                  .elements = 70'010,
                                                  .forwarded = 69'929,
                                                  .checked = 49,
                                                  .digest = 0xf82ebc23}),
                         [](auto const& named) {
                           std::string const name = named.param.source;
                           return name.substr(0, name.find('_'));
                         });

}  // namespace
}  // namespace acrn::replay
