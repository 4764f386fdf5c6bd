// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/stamp_row.hpp"

#include <gmock/gmock.h>

#include <cstring>

#include "tests/unit/baremetal/service_vm/bench.hpp"

namespace acrn::service_vm {
namespace {

using tests::port_read;

class StampsOfRequests : public fakes::ServiceBench {};

TEST_F(StampsOfRequests, StampsRiseFromUpcallToCompletion) {
  start_with_one();
  for (int i = 0; i < 3; ++i) {
    auto const ticket = hypervisor_.submit(1, port_read(0x3fd));
    std::uint64_t last = hypervisor_.submitted_at;
    hypervisor_.upcall();
    service_->run_once();
    for (auto const index : {StampIndex::interrupt, StampIndex::worker, StampIndex::processing,
                             StampIndex::client, StampIndex::handled, StampIndex::complete}) {
      std::uint64_t const stamp = hypervisor_.stamp(1, index);
      EXPECT_GT(stamp, last) << static_cast<int>(index);
      last = stamp;
    }
    EXPECT_LE(last, hypervisor_.time);
    EXPECT_EQ(hypervisor_.poll(1, ticket).kind, Kind::value);
  }
}

TEST_F(StampsOfRequests, ARequestThatNeededNoUpcallHasAnOlderStampOfIt) {
  start_with_one();
  in(0x3fd);
  hypervisor_.submit(1, port_read(0x3fd));
  service_->run_once();
  EXPECT_LT(hypervisor_.stamp(1, StampIndex::interrupt), hypervisor_.submitted_at);
  EXPECT_GT(hypervisor_.stamp(1, StampIndex::worker), hypervisor_.submitted_at);
}

TEST_F(StampsOfRequests, StampsAreInTheRowOfTheVcpu) {
  want("one").cpu_affinity = 0b11;
  ASSERT_TRUE(service_->start());
  hypervisor_.submit(1, port_read(0x3fd), 1);
  service_->run_once();
  EXPECT_EQ(hypervisor_.stamp(1, StampIndex::complete, 0), 0U);
  EXPECT_NE(hypervisor_.stamp(1, StampIndex::complete, 1), 0U);
}

TEST_F(StampsOfRequests, TheRowNamesTheClientThatAnswered) {
  start_with_one();
  struct Row {
    std::uint64_t port;
    std::uint64_t client;
  };
  for (Row const& row :
       {Row{0x1234, 1}, Row{0x3f8, 2}, Row{0x70, 3}, Row{0x500, 4}, Row{0x548, 5}}) {
    in(row.port);
    EXPECT_EQ(hypervisor_.client(1), row.client) << std::hex << row.port;
  }
  out(0xcf8, 0x8000'0000, 4);
  in(0xcfc, 4);
  EXPECT_EQ(hypervisor_.client(1), 1U) << "configuration has the default client";
}

TEST_F(StampsOfRequests, NoneAreTakenWhereNobodyWantsThem) {
  boot_->stamps = static_cast<std::uint32_t>(RequestStamps::none);
  start_with_one();
  std::uint64_t const before = hypervisor_.time;
  EXPECT_EQ(in(0x52c), 0x54U);
  EXPECT_EQ(hypervisor_.time, before + 20) << "submission and upcall alone asked for the time";
  out(0xcf8, 0x8000'0000, 4);
  in(0xcfc, 4);
  StampRow const& row = (*memories_)[0].stamps.rows[0];
  StampRow const untouched{};
  EXPECT_EQ(std::memcmp(&row, &untouched, sizeof row), 0);
}

TEST_F(StampsOfRequests, ConfigurationRequestsHaveAllStampsToo) {
  start_with_one();
  out(0xcf8, 0x8000'0000, 4);
  auto const ticket = hypervisor_.submit(1, port_read(0xcfc, 4));
  std::uint64_t const submitted = hypervisor_.submitted_at;
  hypervisor_.upcall();
  service_->run_once();
  for (auto const index : {StampIndex::interrupt, StampIndex::worker, StampIndex::processing,
                           StampIndex::client, StampIndex::handled, StampIndex::complete}) {
    EXPECT_GT(hypervisor_.stamp(1, index), submitted) << static_cast<int>(index);
  }
  EXPECT_EQ(hypervisor_.poll(1, ticket).value, 0xffff'ffffU);
}

}  // namespace
}  // namespace acrn::service_vm
