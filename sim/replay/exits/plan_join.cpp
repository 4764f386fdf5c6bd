// SPDX-License-Identifier: BSD-3-Clause
// Gives each exit the rows of the other streams that belong to it.
#include <algorithm>
#include <iterator>

#include "sim/replay/exits/plan_builder.hpp"

namespace acrn::replay::exits {
namespace {

/// Appends the rows of one exit, which are next in `rows`, to `pool`. Rows of exits that are not
/// replayed, before this one or behind the last, are left out.
template <class Row, class Target, class ExitOf, class Convert>
class Dealer {
 public:
  Dealer(std::vector<Row>& rows, std::vector<Target>& pool, ExitOf exit_of, Convert convert)
      : at_{rows.begin()},
        end_{rows.end()},
        pool_{pool},
        exit_of_{std::move(exit_of)},
        convert_{std::move(convert)} {}

  Run deal(std::uint64_t exit) {
    while (at_ != end_ && exit_of_(*at_) < exit) ++at_;
    std::size_t const first = pool_.size();
    for (; at_ != end_ && exit_of_(*at_) == exit; ++at_) pool_.push_back(convert_(*at_));
    return {.first = static_cast<std::uint32_t>(first),
            .count = static_cast<std::uint32_t>(pool_.size() - first)};
  }

 private:
  typename std::vector<Row>::iterator at_;
  typename std::vector<Row>::iterator end_;
  std::vector<Target>& pool_;
  ExitOf exit_of_;
  Convert convert_;
};

}  // namespace

void PlanBuilder::join(Stream& stream, std::size_t first) {
  auto const after_exit = [](auto const& row) {
    return row.after_exit == traces::no_exit ? 0 : row.after_exit + 1;
  };
  auto const same = [](auto const& row) { return row; };
  auto const by_exit = [&](auto const& a, auto const& b) { return after_exit(a) < after_exit(b); };
  std::stable_sort(stream.injects.begin(), stream.injects.end(), by_exit);
  std::stable_sort(stream.inputs.begin(), stream.inputs.end(), by_exit);
  std::stable_sort(stream.slots.begin(), stream.slots.end(),
                   [](PlannedSlot const& a, PlannedSlot const& b) { return a.access < b.access; });
  // Transitions know their access; which exit made that one, the accesses say.
  auto const access_of = [&](PlannedSlot const& slot) {
    auto const found = std::lower_bound(
        stream.accesses.begin(), stream.accesses.end(), slot.access,
        [](Access const& one, std::uint64_t sequence) { return one.sequence < sequence; });
    return found != stream.accesses.end() && found->sequence == slot.access ? &*found : nullptr;
  };
  std::erase_if(stream.slots, [&](PlannedSlot const& slot) { return access_of(slot) == nullptr; });
  auto const slot_exit = [&](PlannedSlot const& slot) { return access_of(slot)->exit; };
  Dealer accesses{stream.accesses, plan_.accesses_, [](Access const& one) { return one.exit; },
                  [](Access const& one) { return one.access; }};
  Dealer slots{stream.slots, plan_.slots_, slot_exit, same};
  Dealer injects{stream.injects, plan_.injects_, after_exit, same};
  Dealer inputs{stream.inputs, plan_.inputs_, after_exit, same};
  PlannedStream& vcpu = plan_.vcpus_.back();
  vcpu.first_injects = injects.deal(0);
  vcpu.first_inputs = inputs.deal(0);
  for (std::size_t i = first; i < plan_.exits_.size(); ++i) {
    PlannedExit& exit = plan_.exits_[i];
    exit.accesses = accesses.deal(exit.row);
    exit.slots = slots.deal(exit.row);
    exit.injects = injects.deal(exit.row + 1);
    exit.inputs = inputs.deal(exit.row + 1);
    for (std::uint32_t n = 0; n < exit.accesses.count; ++n) {
      PlannedAccess& access = plan_.accesses_[exit.accesses.first + n];
      access.vcpu = exit.vcpu;
      access.exit = static_cast<std::uint32_t>(i);
      access.time = exit.time_in;
      access.recorded_end = exit.entered ? exit.time_out : traces::no_stamp;
    }
  }
}

}  // namespace acrn::replay::exits
