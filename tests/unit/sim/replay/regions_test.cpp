// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "sim/replay/plan_builder.hpp"
#include "tests/unit/sim/replay/rows.hpp"

namespace acrn::replay {
namespace {

using core::Space;
using testing::ElementsAre;
using tests::chunk;
using tests::mmio_row;
using tests::port_row;
using traces::AccessRow;
using traces::Handling;

std::vector<PlannedRegion> regions_of(std::vector<AccessRow> const& rows) {
  PlanBuilder builder{{}, "t.acap"};
  builder.add(chunk(1, 0), rows);
  Plan const plan = std::move(builder).build();
  return {plan.regions().begin(), plan.regions().end()};
}

PlannedRegion port_region(std::uint64_t first, std::uint64_t last, bool in_hypervisor,
                          std::uint32_t client = 0) {
  return {core::VmId{1}, Space::port, first, last, in_hypervisor, client};
}

TEST(Regions, JoinNeighboursOfOneParty) {
  EXPECT_THAT(
      regions_of({port_row(0, 0x71, Handling::hypervisor), port_row(1, 0x70, Handling::hypervisor),
                  port_row(2, 0x72, Handling::forwarded), port_row(3, 0x74, Handling::hypervisor)}),
      ElementsAre(port_region(0x70, 0x71, true), port_region(0x72, 0x72, false),
                  port_region(0x74, 0x74, true)));
}

TEST(Regions, AccessesThatOverlapShareOne) {
  AccessRow wide = port_row(0, 0x71, Handling::forwarded);
  wide.access.size = 4;
  wide.client = 5;
  EXPECT_THAT(regions_of({port_row(1, 0x70, Handling::hypervisor), wide,
                          port_row(2, 0x74, Handling::hypervisor)}),
              ElementsAre(port_region(0x70, 0x70, true), port_region(0x71, 0x74, true, 5)));
}

TEST(Regions, TheFirstRecordedClientOfAForwardedAccessCounts) {
  AccessRow first = port_row(1, 0x60);
  first.client = 2;
  AccessRow second = port_row(2, 0x60);
  second.client = 3;
  AccessRow third = port_row(3, 0x61, Handling::queued);
  third.client = 4;
  EXPECT_THAT(regions_of({port_row(0, 0x60), third, second, first}),
              ElementsAre(port_region(0x60, 0x60, false, 2), port_region(0x61, 0x61, true)));
}

TEST(Regions, UnclaimedConfigPortsStayInTheHypervisor) {
  EXPECT_THAT(regions_of({port_row(0, 0xcf8, Handling::unclaimed),
                          port_row(1, 0x510, Handling::unclaimed)}),
              ElementsAre(port_region(0x510, 0x510, false), port_region(0xcf8, 0xcf8, true)));
}

TEST(Regions, PortsWrap) {
  AccessRow row = port_row(0, 0xfffe, Handling::hypervisor);
  row.access.size = 4;
  EXPECT_THAT(regions_of({row}),
              ElementsAre(port_region(0, 1, true), port_region(0xfffe, 0xffff, true)));
}

TEST(Regions, SpacesStayApartAndTheLastAddressFits) {
  EXPECT_THAT(regions_of({mmio_row(0, 0x71, 1, Handling::hypervisor),
                          port_row(1, 0x70, Handling::hypervisor),
                          mmio_row(2, ~std::uint64_t{0} - 1, 8, Handling::hypervisor)}),
              ElementsAre(port_region(0x70, 0x70, true),
                          PlannedRegion{core::VmId{1}, Space::mmio, 0x71, 0x71, true, 0},
                          PlannedRegion{core::VmId{1}, Space::mmio, ~std::uint64_t{0} - 1,
                                        ~std::uint64_t{0}, true, 0}));
}

}  // namespace
}  // namespace acrn::replay
