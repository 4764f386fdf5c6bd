// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/service_vm/service_start.hpp"

#include <gmock/gmock.h>

#include "tests/unit/baremetal/service_vm/bench.hpp"

namespace acrn::service_vm {
namespace {

using Call = core::abi::Hypercall;
using fakes::ServiceBench;
using testing::ElementsAre;
using testing::HasSubstr;

class ServiceStart : public ServiceBench {
 protected:
  [[nodiscard]] std::string const& said() { return hypervisor_.text[0]; }
  [[nodiscard]] ServiceState state() const { return static_cast<ServiceState>(status().state); }
};

TEST_F(ServiceStart, MakesEveryVmBeforeItStartsTheFirst) {
  want("left").cpu_affinity = 0b0010;
  want("right", 0, CompletionMode::polling).cpu_affinity = 0b1100;
  ASSERT_TRUE(service_->start());
  EXPECT_THAT(
      hypervisor_.calls,
      ElementsAre(Call::get_api_version, Call::set_callback_vector, Call::create_vm,
                  Call::set_ioreq_buffer, Call::setup_sbuf, Call::create_vm, Call::set_ioreq_buffer,
                  Call::setup_sbuf, Call::start_vm, Call::start_vm));
  EXPECT_EQ(hypervisor_.vector, 0xf3);
  EXPECT_EQ(state(), ServiceState::running);
  EXPECT_EQ(said(), "");

  ASSERT_EQ(hypervisor_.vms.size(), 2U);
  EXPECT_EQ(boot_->vms[0].vm, 1);
  EXPECT_EQ(boot_->vms[1].vm, 2);
  EXPECT_EQ(hypervisor_.name(1), "left");
  EXPECT_EQ(hypervisor_.name(2), "right");
  EXPECT_EQ(hypervisor_.vms[1].vcpus, 1U);
  EXPECT_EQ(hypervisor_.vms[2].vcpus, 2U);
  EXPECT_EQ(hypervisor_.vms[2].cpu_affinity, 0b1100U);
  EXPECT_EQ(hypervisor_.vms[1].completion, core::Completion::notify);
  EXPECT_EQ(hypervisor_.vms[2].completion, core::Completion::polling);
  for (auto const& [id, vm] : hypervisor_.vms) {
    EXPECT_TRUE(vm.started) << id;
    EXPECT_EQ(vm.storage, &(*memories_)[id - 1].requests);
    EXPECT_EQ(vm.stamps, &(*memories_)[id - 1].stamps);
  }
}

TEST_F(ServiceStart, WithoutAReaderOfStampsNoPageOfThemIsAnnounced) {
  boot_->stamps = static_cast<std::uint32_t>(RequestStamps::none);
  want("one");
  ASSERT_TRUE(service_->start());
  EXPECT_THAT(hypervisor_.calls,
              ElementsAre(Call::get_api_version, Call::set_callback_vector, Call::create_vm,
                          Call::set_ioreq_buffer, Call::start_vm));
  EXPECT_EQ(hypervisor_.vms.at(1).stamps, nullptr);
}

TEST_F(ServiceStart, MakesAsManyVmsAsThereArePlaces) {
  for (char name = 'a'; name < 'a' + 8; ++name) want({&name, 1});
  ASSERT_TRUE(service_->start());
  EXPECT_EQ(hypervisor_.vms.size(), 8U);
  EXPECT_EQ(in(0x540 + 4, 4, 8), 128U) << "the disk of the last one";
}

TEST_F(ServiceStart, ARefusedCallEndsItWithTheCallAndItsAnswer) {
  struct Row {
    Call call;
    std::int64_t answer;
    char const* text;
    std::uint32_t vm;
  };
  for (Row const& row :
       {Row{Call::get_api_version, -1000, "HC_GET_API_VERSION for VM 1 of the table", 0},
        Row{Call::set_callback_vector, -22, "HC_SET_CALLBACK_VECTOR for VM 1", 0},
        Row{Call::create_vm, -28, "HC_CREATE_VM for VM 1", 0},
        Row{Call::set_ioreq_buffer, -1, "HC_SET_IOREQ_BUFFER for VM 1", 0},
        Row{Call::setup_sbuf, -22, "HC_SETUP_SBUF for VM 1", 0},
        Row{Call::start_vm, -1, "HC_START_VM for VM 1", 0}}) {
    boot_->vm_count = 0;
    boot_->status = {};
    hypervisor_.vms.clear();
    fakes::Hypervisor hypervisor;
    auto service = std::make_unique<Service<fakes::Hypervisor>>(hypervisor, *boot_, *memories_);
    want("one");
    hypervisor.refusals[row.call] = row.answer;
    EXPECT_FALSE(service->start());
    EXPECT_EQ(state(), ServiceState::refused);
    EXPECT_EQ(status().failed_call, static_cast<std::uint64_t>(row.call));
    EXPECT_EQ(status().failed_result, row.answer);
    EXPECT_EQ(status().failed_vm, row.vm);
    EXPECT_THAT(hypervisor.text[0], HasSubstr(row.text));
    EXPECT_THAT(hypervisor.text[0],
                testing::EndsWith("was answered with " + std::to_string(row.answer) + "\n"));
    EXPECT_EQ(hypervisor.calls.back(), row.call) << "nothing is done after it";
  }
}

TEST_F(ServiceStart, ASecondVmOfTheSameNameIsTheHypervisorsRefusal) {
  want("same");
  want("same");
  EXPECT_FALSE(service_->start());
  EXPECT_EQ(status().failed_vm, 1U);
  EXPECT_EQ(status().failed_result, -17);
  EXPECT_EQ(said(), "service: HC_CREATE_VM for VM 2 of the table was answered with -17\n");
}

TEST_F(ServiceStart, APageThatNobodyAnnouncesIsNotScanned) {
  want("one");
  hypervisor_.refusals[Call::set_ioreq_buffer] = 0;  // accepted, and not done
  EXPECT_FALSE(service_->start());
  EXPECT_EQ(state(), ServiceState::refused);
  EXPECT_EQ(status().failed_call, 0U);
  EXPECT_THAT(said(), HasSubstr("not announced"));
}

TEST_F(ServiceStart, AnotherVersionOfTheHypercallsIsRefused) {
  want("one");
  hypervisor_.refusals[Call::get_api_version] = 0;  // nothing is written: 0.0
  EXPECT_FALSE(service_->start());
  EXPECT_EQ(said(),
            "service: the hypervisor's hypercalls are not of version 1; build both together\n");
}

TEST_F(ServiceStart, AnUnsoundBootPageIsRefusedBeforeAnyCall) {
  want("one");
  auto const refused = [&](char const* field) {
    hypervisor_.text.clear();
    boot_->status = {};
    EXPECT_FALSE(service_->start()) << field;
    EXPECT_EQ(state(), ServiceState::refused) << field;
    EXPECT_THAT(said(), HasSubstr(field));
    EXPECT_THAT(said(), testing::StartsWith("service: boot page: "));
    EXPECT_THAT(said(), testing::EndsWith("\n"));
  };
  auto const with = [&](auto& field, auto value, char const* text) {
    auto const kept = field;
    field = value;
    refused(text);
    field = kept;
  };
  with(boot_->magic, 1U, "ASVCBOOT");
  with(boot_->version, boot_version + 1, "version");
  with(boot_->version, boot_version - 1, "version");
  with(boot_->vm_count, 0U, "vm_count");
  with(boot_->vm_count, 9U, "vm_count");
  with(boot_->tsc_hz, 0U, "tsc_hz");
  with(boot_->tsc_hz, core::DeviceClock::ticks_hz_max + 1, "tsc_hz");
  with(boot_->hsm_mode, 2U, "hsm_mode");
  with(boot_->stamps, 2U, "stamps");
  with(boot_->vms[0].completion, 2U, "completion");
  with(boot_->vms[0].forwarded, 0x10U, "forwarded");
  with(boot_->vms[0].cpu_affinity, 0U, "cpu_affinity");
  with(boot_->vms[0].cpu_affinity, 0x1ffffU, "cpu_affinity");
  EXPECT_TRUE(hypervisor_.calls.empty());
  EXPECT_TRUE(service_->start()) << "and mended it is not";
}

}  // namespace
}  // namespace acrn::service_vm
