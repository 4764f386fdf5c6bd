// SPDX-License-Identifier: BSD-3-Clause
// Actors on the SystemC kernel: order of time, the earliest wish, and direct hops that change
// nothing.
#include "sim/model/timeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace acrn::model {
namespace {

using testing::ElementsAre;

using Log = std::vector<std::pair<std::string, std::uint64_t>>;

/// Logs when it acts, then does what the test says.
class Scripted : public Actor {
 public:
  Scripted(char const* name, Timeline& timeline, Log& log)
      : Actor{name, timeline}, log_{log}, label_{name} {}
  using Actor::wake;
  std::function<void(SimTime)> script;

 private:
  void act(SimTime now) override {
    log_.emplace_back(label_, now.ps);
    if (script) script(now);
  }
  Log& log_;
  std::string label_;
};

class TimelineOf : public testing::TestWithParam<Hops> {};

INSTANTIATE_TEST_SUITE_P(Both, TimelineOf, testing::Values(Hops::direct, Hops::by_event));

TEST_P(TimelineOf, ActorsActInTheOrderOfTime) {
  Log log;
  Timeline timeline{GetParam()};
  Scripted a{"a", timeline, log};
  Scripted b{"b", timeline, log};
  a.script = [&](SimTime now) {
    if (now.ps < 100) {
      b.wake({now.ps + 7});
      a.wake({now.ps + 40});
    }
  };
  a.wake({20});
  b.wake({50});
  timeline.run();
  EXPECT_THAT(log, ElementsAre(std::pair{"a", 20}, std::pair{"b", 27}, std::pair{"a", 60},
                               std::pair{"b", 67}, std::pair{"a", 100}));
}

TEST_P(TimelineOf, TheEarliestWishWins) {
  Log log;
  Timeline timeline{GetParam()};
  Scripted a{"a", timeline, log};
  a.wake({30});
  a.wake({10});
  a.wake({20});
  timeline.run();
  EXPECT_THAT(log, ElementsAre(std::pair{"a", 10}));
}

TEST_P(TimelineOf, AWishAfterAnAbandonedLaterOneIsKept) {
  Log log;
  Timeline timeline{GetParam()};
  Scripted a{"a", timeline, log};
  Scripted b{"b", timeline, log};
  a.script = [&](SimTime now) {
    if (now.ps == 10) a.wake({500});
  };
  b.script = [&](SimTime) { a.wake({10}); };
  a.wake({100});
  b.wake({5});
  timeline.run();
  EXPECT_THAT(log, ElementsAre(std::pair{"b", 5}, std::pair{"a", 10}, std::pair{"a", 500}));
}

TEST_P(TimelineOf, SeveralInOneProcessEachStartAtZero) {
  for (int i = 0; i < 3; ++i) {
    Log log;
    Timeline timeline{GetParam()};
    Scripted a{"a", timeline, log};
    a.wake({42});
    timeline.run();
    EXPECT_THAT(log, ElementsAre(std::pair{"a", 42}));
  }
}

TEST_P(TimelineOf, AnActorsExceptionComesOutAsItIs) {
  Log log;
  Timeline timeline{GetParam()};
  Scripted a{"a", timeline, log};
  Scripted b{"b", timeline, log};
  a.script = [](SimTime) { throw std::out_of_range{"mine"}; };
  a.wake({1});
  b.wake({2});
  EXPECT_THROW(timeline.run(), std::out_of_range);
  EXPECT_THAT(log, ElementsAre(std::pair{"a", 1}));
}

TEST_P(TimelineOf, HoldsTimesThatADoubleCannot) {
  Log log;
  Timeline timeline{GetParam()};
  Scripted a{"a", timeline, log};
  a.wake({sim_time_max.ps - 1});
  timeline.run();
  EXPECT_THAT(log, ElementsAre(std::pair{"a", sim_time_max.ps - 1}));
}

/// A pseudo-random web of wake-ups, without two actors at one time.
Log web(Hops hops, std::uint64_t& activations) {
  Log log;
  Timeline timeline{hops};
  std::vector<std::unique_ptr<Scripted>> actors;
  std::uint64_t state = 12345;
  auto const random = [&state] {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return state >> 33U;
  };
  for (std::uint64_t i = 0; i < 5; ++i) {
    actors.push_back(std::make_unique<Scripted>(
        std::string{"actor"}.append(std::to_string(i)).c_str(), timeline, log));
  }
  for (std::uint64_t i = 0; i < 5; ++i) {
    actors[i]->script = [&](SimTime now) {
      for (int hops_left = 0; hops_left < 2 && log.size() < 2000; ++hops_left) {
        std::uint64_t const other = random() % 5;
        // The low digits of a time are those of its actor: no ties.
        actors[other]->wake({(now.ps / 8 + 1 + random() % 1000) * 8 + other});
      }
    };
  }
  actors[0]->wake({0});
  timeline.run();
  activations = timeline.activations();
  return log;
}

TEST(Timeline, DirectHopsChangeNothingButTheWorkOfTheKernel) {
  std::uint64_t direct = 0;
  std::uint64_t by_event = 0;
  Log const log = web(Hops::direct, direct);
  EXPECT_GT(log.size(), 1000U);
  EXPECT_EQ(log, web(Hops::by_event, by_event));
  EXPECT_LT(direct, by_event);
}

TEST(SimTime, TicksSurviveTheWayThereAndBack) {
  for (std::uint64_t const hz : {1ULL, 1'000ULL, 24'000'000ULL, 1'000'000'000ULL, 2'494'391'000ULL,
                                 999'999'999'989ULL, 1'000'000'000'000ULL}) {
    traces::Clock clock;
    clock.hz_numerator = hz;
    TickScale const scale{clock, 1000};
    for (std::uint64_t const ticks : {1000ULL, 1001ULL, 1002ULL, 1'000'000ULL, 9'999'999ULL}) {
      EXPECT_EQ(scale.to_ticks(scale.to_sim(ticks)), ticks) << hz;
    }
  }
}

TEST(SimTime, ConvertsExactly) {
  traces::Clock clock;
  clock.hz_numerator = 2'500'000'000;
  EXPECT_EQ(TickScale(clock, 10).to_sim(15), SimTime{2000});
  clock.hz_numerator = 1;
  clock.hz_denominator = 10;  // a tick every ten seconds
  EXPECT_EQ(TickScale(clock, 0).to_sim(3), SimTime{30'000'000'000'000});
  EXPECT_EQ(TickScale(traces::Clock{}, 0).to_sim(7), SimTime::from_ns(7));
}

TEST(SimTime, RecordingsCountInNanosecondsWhereTicksAreWholeOnes) {
  traces::Clock clock;
  EXPECT_EQ(recording_clock(clock).hz_numerator, 1'000'000'000U);  // untimed
  clock.hz_numerator = 1'000'000;
  EXPECT_EQ(recording_clock(clock).hz_numerator, 1'000'000'000U);
  clock.hz_numerator = 2'494'391'000;
  EXPECT_EQ(recording_clock(clock).hz_numerator, 1'000'000'000'000U);
  clock = recording_clock(clock);
  EXPECT_EQ(recording_clock(clock).hz_numerator, clock.hz_numerator);
}

TEST(SimTime, SaturatesWhere64BitsEnd) {
  traces::Clock clock;
  clock.hz_numerator = 1;
  EXPECT_EQ(TickScale(clock, 0).to_sim(18'446'744), SimTime{18'446'744'000'000'000'000ULL});
  EXPECT_EQ(TickScale(clock, 0).to_sim(18'446'745), never);
  EXPECT_EQ(TickScale(clock, 0).to_sim(~0ULL), never);
}

}  // namespace
}  // namespace acrn::model
