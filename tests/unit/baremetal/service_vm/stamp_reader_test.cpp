// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/stamp_reader.hpp"

#include <gmock/gmock.h>

#include "tests/unit/baremetal/service_vm/bench.hpp"

namespace acrn::service_vm {
namespace {

using baremetal::ServiceStamps;
using baremetal::StageStamp;
using tests::port_read;

class StampReading : public fakes::ServiceBench {
 protected:
  [[nodiscard]] std::uint8_t const* page() const {
    return reinterpret_cast<std::uint8_t const*>(hypervisor_.vms.at(1).stamps);
  }
  /// A request that the Service VM has answered, as its reader sees it.
  ServiceStamps answered(core::Access const& access, std::uint64_t shift = 0) {
    std::uint64_t const submitted = hypervisor_.tsc();
    auto const ticket = hypervisor_.submit(1, access);
    if (upcalls_) hypervisor_.upcall();
    service_->run_once();
    EXPECT_EQ(hypervisor_.poll(1, ticket).kind, Kind::value);
    return reader_.read(page(), {0},
                        {.submitted = submitted, .now = hypervisor_.tsc(), .shift = shift});
  }
  static std::vector<int> stages(ServiceStamps const& stamps) {
    std::vector<int> stages;
    for (StageStamp const& stamp : stamps.stamps) stages.push_back(stamp.stage);
    return stages;
  }

  bool upcalls_{true};
  StampReader reader_;
};

TEST_F(StampReading, AllOfARequestRiseAndNameTheClient) {
  start_with_one();
  std::uint64_t last = hypervisor_.time;
  ServiceStamps const stamps = answered(port_read(0x3fd));
  EXPECT_THAT(stages(stamps), testing::ElementsAre(4, 5, 6, 7, 8, 9));
  for (StageStamp const& stamp : stamps.stamps) {
    EXPECT_GT(stamp.ticks, last);
    last = stamp.ticks;
  }
  EXPECT_EQ(stamps.client, 2) << "the UART";
}

TEST_F(StampReading, EveryClientHasANumber) {
  start_with_one();
  struct Row {
    std::uint64_t port;
    int client;
  };
  for (Row const& row :
       {Row{0x1234, 1}, Row{0x3f8, 2}, Row{0x70, 3}, Row{0x500, 4}, Row{0x548, 5}}) {
    EXPECT_EQ(answered(port_read(row.port)).client, row.client) << row.port;
  }
}

TEST_F(StampReading, TheShiftTakesThemToTheGuestsTicks) {
  start_with_one();
  std::uint64_t const start = hypervisor_.time;
  ServiceStamps const stamps = answered(port_read(0x3fd), 0 - start);
  EXPECT_LT(stamps.stamps.front().ticks, 1000U);
  EXPECT_LT(stamps.stamps.back().ticks, 1000U);
}

TEST_F(StampReading, AnUpcallOfAnEarlierRequestIsNoneOfThis) {
  start_with_one();
  answered(port_read(0x3fd));
  upcalls_ = false;
  EXPECT_THAT(stages(answered(port_read(0x3fd))), testing::ElementsAre(5, 6, 7, 8, 9));
}

TEST_F(StampReading, WhatTheScanSettlesHasNone) {
  start_with_one();
  answered(port_read(0x3fd));
  ServiceStamps const stamps = answered(
      {.direction = core::Direction::write, .size = 4, .address = 0xcf8, .value = 0x8000'0000});
  EXPECT_TRUE(stamps.stamps.empty());
  EXPECT_EQ(stamps.client, 0);
  EXPECT_THAT(stages(answered(port_read(0xcfc, 4))), testing::ElementsAre(4, 5, 6, 7, 8, 9))
      << "that has a client";
}

TEST_F(StampReading, NonsenseInThePageIsLeftOut) {
  start_with_one();
  auto const ticket = hypervisor_.submit(1, port_read(0x3fd));
  std::uint64_t const submitted = hypervisor_.submitted_at;
  service_->run_once();
  hypervisor_.poll(1, ticket);
  StampRow& row = (*memories_)[0].stamps.rows[0];
  RequestSpan const request{.submitted = submitted, .now = hypervisor_.tsc()};
  row.set(StampIndex::handled, ~0ULL);
  row.set(StampIndex::client, 0);
  EXPECT_THAT(stages(reader_.read(page(), {0}, request)), testing::ElementsAre(5, 6, 9));
  row.set(StampIndex::complete, request.now + 1);
  EXPECT_TRUE(reader_.read(page(), {0}, request).stamps.empty());
  row.set(StampIndex::complete, request.now);
  row.set(StampIndex::worker, request.submitted);
  EXPECT_THAT(stages(reader_.read(page(), {0}, request)), testing::ElementsAre(5, 6, 9))
      << "both ends included";
  EXPECT_TRUE(reader_.read(page(), {1}, request).stamps.empty()) << "another row";
}

}  // namespace
}  // namespace acrn::service_vm
