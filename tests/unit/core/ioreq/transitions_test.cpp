// SPDX-License-Identifier: BSD-3-Clause
#include "core/ioreq/transitions.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string_view>

#include "core/ioreq/slot_word.hpp"

namespace acrn::core {
namespace {

using enum SlotState;

// The whole point of the table: what has no row does not happen.
static_assert(!apply(free, SlotEvent::claim, SlotActor::hsm));
static_assert(!apply(free, SlotEvent::answer, SlotActor::client));
static_assert(!apply(pending, SlotEvent::consume, SlotActor::hypervisor));
static_assert(!apply(complete, SlotEvent::claim, SlotActor::hsm));
static_assert(!apply(pending, SlotEvent::submit, SlotActor::hypervisor));
static_assert(next_state<free, SlotEvent::submit, SlotActor::hypervisor>() == pending);

static_assert(slot_word(processing, {7}) == 0x7'0000'0002);
static_assert(word_state(0x7'0000'0002) == processing && word_generation(0x7'0000'0002).value == 7);
static_assert(word_state(0x1'0000'0004) == invalid && word_state(0xffff'ffff) == invalid);
static_assert(next_generation({1}) == Generation{2});
static_assert(next_generation({0xffff'ffff}) == Generation{1}, "0 stays `never announced`");

template <class Visit>
void each_triple(Visit visit) {
  for (std::size_t state = 0; state < slot_state_count; ++state) {
    for (std::size_t event = 0; event < slot_event_count; ++event) {
      for (std::size_t actor = 0; actor < slot_actor_count; ++actor) {
        visit(static_cast<SlotState>(state), static_cast<SlotEvent>(event),
              static_cast<SlotActor>(actor));
      }
    }
  }
}

TEST(SlotTransitions, EveryTripleIsInTheTableOnceOrRefused) {
  std::size_t allowed = 0;
  each_triple([&](SlotState state, SlotEvent event, SlotActor actor) {
    std::size_t rows = 0;
    std::optional<SlotState> to;
    for (SlotTransition const& row : slot_transitions) {
      if (row.from == state && row.event == event && row.actor == actor) {
        ++rows;
        to = row.to;
      }
    }
    EXPECT_LE(rows, 1U) << name(state) << ' ' << name(event) << ' ' << name(actor);
    EXPECT_EQ(apply(state, event, actor), to);
    allowed += rows;
  });
  EXPECT_EQ(allowed, slot_transitions.size()) << "a row names a value outside the enumerations";
}

TEST(SlotTransitions, EveryStateIsReachableFromAnAnnouncedSlot) {
  std::set<SlotState> reached{free};
  for (std::size_t round = 0; round < slot_state_count; ++round) {
    for (SlotTransition const& row : slot_transitions) {
      if (reached.contains(row.from)) reached.insert(row.to);
    }
  }
  EXPECT_EQ(reached.size(), slot_state_count);
}

TEST(SlotTransitions, WithoutForeignActorsTheFourStatesOfTheAbiAreEnough) {
  std::set<SlotState> reached{free};
  for (std::size_t round = 0; round < slot_state_count; ++round) {
    for (SlotTransition const& row : slot_transitions) {
      if (row.actor != SlotActor::foreign_hsm && reached.contains(row.from)) {
        reached.insert(row.to);
      }
    }
  }
  EXPECT_EQ(reached, (std::set{free, pending, processing, complete}));
}

TEST(SlotTransitions, EveryEventAndActorHasARow) {
  std::set<SlotEvent> events;
  std::set<SlotActor> actors;
  for (SlotTransition const& row : slot_transitions) {
    events.insert(row.event);
    actors.insert(row.actor);
    EXPECT_FALSE(row.source.empty());
  }
  EXPECT_EQ(events.size(), slot_event_count);
  EXPECT_EQ(actors.size(), slot_actor_count);
}

TEST(SlotTransitions, I1_OnlyTheHypervisorLeavesFreeAndComplete) {
  for (SlotTransition const& row : slot_transitions) {
    if ((row.from != free && row.from != complete) || row.to == row.from) continue;
    // The one exception tells the hypervisor, which keeps such a slot out of use, that a request
    // withdrawn by a reset has been let go.
    bool const exception = row.event == SlotEvent::acknowledge_reset;
    if (row.actor == SlotActor::foreign_hsm || exception) continue;
    EXPECT_EQ(row.actor, SlotActor::hypervisor) << name(row.from) << ' ' << name(row.event);
  }
}

TEST(SlotTransitions, I2_OnlyTheServiceVmLeavesPendingAndProcessingExceptForTheVmsLife) {
  for (SlotTransition const& row : slot_transitions) {
    if ((row.from != pending && row.from != processing) || row.to == row.from) continue;
    if (row.event == SlotEvent::reset || row.event == SlotEvent::announce) continue;
    EXPECT_NE(row.actor, SlotActor::hypervisor) << name(row.from) << ' ' << name(row.event);
  }
}

TEST(SlotTransitions, T04_ANotificationMovesNoState) {
  for (std::size_t state = 0; state < slot_state_count; ++state) {
    auto const from = static_cast<SlotState>(state);
    EXPECT_EQ(apply(from, SlotEvent::notify, SlotActor::hypervisor), from);
  }
}

TEST(SlotTransitions, T18_AResetLeadsToFreeFromEveryState) {
  for (std::size_t state = 0; state < slot_state_count; ++state) {
    auto const from = static_cast<SlotState>(state);
    EXPECT_EQ(apply(from, SlotEvent::reset, SlotActor::hypervisor), free);
    EXPECT_EQ(apply(from, SlotEvent::announce, SlotActor::hypervisor), free);
  }
}

TEST(SlotTransitions, NamesAreDistinctAndOutsideValuesHaveNone) {
  std::set<std::string_view> names;
  each_triple([&](SlotState state, SlotEvent event, SlotActor actor) {
    names.insert(name(state));
    names.insert(name(event));
    names.insert(name(actor));
  });
  EXPECT_EQ(names.size(), slot_state_count + slot_event_count + slot_actor_count);
  EXPECT_FALSE(names.contains("?"));
  EXPECT_EQ(name(static_cast<SlotState>(slot_state_count)), "?");
  EXPECT_EQ(name(static_cast<SlotEvent>(slot_event_count)), "?");
  EXPECT_EQ(name(static_cast<SlotActor>(slot_actor_count)), "?");
}

}  // namespace
}  // namespace acrn::core
