// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/service_run.hpp"

#include <gmock/gmock.h>

#include "tests/unit/baremetal/service_vm/bench.hpp"

namespace acrn::service_vm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using tests::port_read;

class ServiceRun : public fakes::ServiceBench {};

TEST_F(ServiceRun, NotificationNamesTheVmAndItsVcpu) {
  want("left").cpu_affinity = 0b1;
  want("right").cpu_affinity = 0b111;
  ASSERT_TRUE(service_->start());
  auto const a = hypervisor_.submit(2, port_read(0x3fd), 2);
  auto const b = hypervisor_.submit(1, port_read(0x3fd));
  auto const c = hypervisor_.submit(2, port_read(0x80, 4), 1);
  hypervisor_.upcall();
  EXPECT_EQ(service_->run_once(), 3U) << "one upcall for three requests";
  EXPECT_THAT(hypervisor_.notified, ElementsAre(Pair(1U, 0), Pair(2U, 1), Pair(2U, 2)));
  EXPECT_EQ(hypervisor_.poll(2, a, 2).value, 0x60U);
  EXPECT_EQ(hypervisor_.poll(1, b).value, 0x60U);
  EXPECT_EQ(hypervisor_.poll(2, c, 1).value, 0xffff'ffffU);
  EXPECT_EQ(status().counters.notifications, 3U);
}

TEST_F(ServiceRun, PolledCompletionMakesNoHypercall) {
  start_with_one(forwarded_known, CompletionMode::polling);
  hypervisor_.calls.clear();
  EXPECT_EQ(in(0x3fd), 0x60U);
  EXPECT_THAT(hypervisor_.calls, IsEmpty());
  EXPECT_EQ(status().counters.notifications, 0U);
}

TEST_F(ServiceRun, ARefusedNotificationIsCounted) {
  start_with_one();
  hypervisor_.refusals[core::abi::Hypercall::notify_request_finish] = -1;
  EXPECT_EQ(in(0x3fd), 0x60U);
  EXPECT_EQ(status().counters.notifications, 1U);
  EXPECT_EQ(status().counters.refused_calls, 1U);
}

TEST_F(ServiceRun, ASpuriousUpcallDoesNothing) {
  start_with_one();
  hypervisor_.calls.clear();
  hypervisor_.upcall();
  EXPECT_EQ(service_->run_once(), 0U);
  EXPECT_EQ(service_->run_once(), 0U);
  EXPECT_THAT(hypervisor_.calls, IsEmpty());
  EXPECT_EQ(status().counters.upcalls, 1U);
  EXPECT_EQ(status().counters.scans, 2U);
  EXPECT_EQ(status().counters.empty_scans, 2U);
  EXPECT_EQ(status().counters.requests, 0U);
}

TEST_F(ServiceRun, AMalformedRequestIsSettledWithoutAClient) {
  start_with_one();
  auto const ticket = hypervisor_.submit(1, port_read(0x3f8));
  core::AtomicMemory{*hypervisor_.vms[1].storage}.store64(core::abi::ioreq_offset::size, 3);
  EXPECT_EQ(service_->run_once(), 1U);
  EXPECT_EQ(status().counters.settled, 1U);
  EXPECT_EQ(status().counters.requests, 0U);
  EXPECT_THAT(hypervisor_.notified, ElementsAre(Pair(1U, 0)));
  EXPECT_EQ(hypervisor_.poll(1, ticket).kind, Kind::value);
}

TEST_F(ServiceRun, APollerKeepsHouseAfterManyGlancesThatFindNothing) {
  start_with_one();
  type("x");
  EXPECT_EQ(service_->poll_once(), 0U);
  EXPECT_EQ(hypervisor_.relaxed, Service<fakes::Hypervisor>::idle_glances_max);
  EXPECT_EQ(boot_->received[0].taken, 1U);
  EXPECT_EQ(status().counters.scans, 1U);
  EXPECT_EQ(status().counters.empty_scans, 1U);
}

TEST_F(ServiceRun, APollerAnswersAtTheFirstGlanceAndThenScansForOthers) {
  want("one", forwarded_known, CompletionMode::polling);
  want("two", forwarded_known, CompletionMode::polling);
  ASSERT_TRUE(service_->start());
  auto const first = hypervisor_.submit(1, port_read(0x3fd));
  auto const second = hypervisor_.submit(2, port_read(0x3fd));
  EXPECT_EQ(service_->poll_once(), 2U);
  EXPECT_EQ(hypervisor_.relaxed, 0U);
  EXPECT_EQ(hypervisor_.poll(1, first).kind, Kind::value);
  EXPECT_EQ(hypervisor_.poll(2, second).kind, Kind::value);
  EXPECT_EQ(status().counters.requests, 2U) << "told at once";
}

TEST_F(ServiceRun, AResetWithdrawsARequestAndTheNextIsServed) {
  start_with_one();
  hypervisor_.submit(1, port_read(0x3f8));
  hypervisor_.vms[1].page->reset();
  EXPECT_EQ(service_->run_once(), 0U);
  EXPECT_EQ(in(0x3fd), 0x60U);
}

}  // namespace
}  // namespace acrn::service_vm
