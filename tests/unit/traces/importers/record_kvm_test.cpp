// SPDX-License-Identifier: BSD-3-Clause
// Recording, on a folder that stands in for tracefs: what is switched on, off again, and refused.
#include "traces/importers/record_kvm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "tests/support/data.hpp"
#include "tests/unit/traces/importers/files.hpp"
#include "traces/error.hpp"
#include "traces/importers/trace_instance.hpp"
#include "traces/reader.hpp"

namespace acrn::traces {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class RecordKvm : public testing::Test {
 protected:
  RecordKvm() {
    fs::create_directories(root() / "events" / "kvm");
    fs::create_directories(root() / "instances");
    recording_.tracefs = root().string();
    recording_.kvm_device = tests::write_file(directory_.path() / "kvm", "");
    recording_.work_folder = directory_.path().string();
    recording_.duration = std::chrono::milliseconds{60};
    recording_.instance_made = [this](fs::path const& path) { populate(path); };
  }

  // What the kernel puts into a new instance.
  void populate(fs::path const& path) {
    instance_ = path;
    for (char const* const event : {"kvm_pio", "kvm_entry"}) {
      fs::create_directories(path / "events" / "kvm" / event);
      tests::write_file(path / "events" / "kvm" / event / "enable", "0");
    }
    for (char const* const file :
         {"tracing_on", "set_event_pid", "buffer_size_kb", "trace_clock"}) {
      tests::write_file(path / file, "");
    }
    tests::write_file(path / "trace_pipe", pipe_);
  }

  std::string refusal() {
    try {
      record_kvm(recording_, capture(), {});
    } catch (EnvironmentError const& error) {
      return error.what();
    }
    return "recorded";
  }
  std::string control(char const* file) { return tests::read_file(instance_ / file); }
  fs::path root() { return directory_.path() / "tracing"; }
  std::string capture() { return (directory_.path() / "x.acap").string(); }

  tests::TemporaryDirectory directory_;
  KvmRecording recording_;
  fs::path instance_;
  std::string pipe_ =
      " q-7 [000] ..... 1.000001: kvm_pio: pio_write at 0x3f8 size 1 count 1 val 0x41\n"
      "CPU:0 [LOST 3 EVENTS]\n";
};

TEST_F(RecordKvm, ImportsWhatThePipeHeldAndSwitchesOff) {
  ImportReport const report = record_kvm(recording_, capture(), {});
  EXPECT_EQ(report.accesses, 1U);
  EXPECT_EQ(report.source.lost, 3U);
  EXPECT_EQ(report.source.dialect, "kvm-ftrace");
  Reader reader(capture());
  EXPECT_EQ(reader.info().clock.hz_numerator, 1'000'000U);
  EXPECT_EQ(control("tracing_on"), "0");
  EXPECT_EQ(control("events/kvm/kvm_pio/enable"), "0");
  EXPECT_EQ(control("events/kvm/kvm_entry/enable"), "0");
  EXPECT_EQ(control("trace_clock"), "mono");
  EXPECT_EQ(control("buffer_size_kb"), "16384");
  EXPECT_EQ(control("set_event_pid"), "");
}

TEST_F(RecordKvm, SwitchesOffWhenTheImportOrTheRecordingFails) {
  recording_.stop = []() -> bool { throw std::runtime_error("stopped hard"); };
  EXPECT_THROW(record_kvm(recording_, capture(), {}), std::runtime_error);
  EXPECT_EQ(control("tracing_on"), "0");
  EXPECT_EQ(control("events/kvm/kvm_pio/enable"), "0");
  EXPECT_FALSE(fs::exists(capture()));
  EXPECT_FALSE(fs::exists(capture() + ".partial"));
}

TEST_F(RecordKvm, NoEventAtAllIsToldAsSuch) {
  pipe_.clear();
  try {
    record_kvm(recording_, capture(), {});
    FAIL() << "recorded nothing";
  } catch (ContentError const& error) {
    EXPECT_THAT(error.what(), HasSubstr("KVM printed no event"));
  }
}

TEST_F(RecordKvm, FollowsTheThreadsOfAProcess) {
  recording_.pid = static_cast<std::uint64_t>(getpid());
  record_kvm(recording_, capture(), {});
  EXPECT_THAT(control("set_event_pid"), HasSubstr(std::to_string(getpid())));
}

TEST_F(RecordKvm, RunsACommandToItsEnd) {
  recording_.duration.reset();
  fs::path const mark = directory_.path() / "mark";
  recording_.command = {"touch", mark.string()};
  record_kvm(recording_, capture(), {});
  EXPECT_TRUE(fs::exists(mark));
  EXPECT_FALSE(control("set_event_pid").empty());
}

TEST_F(RecordKvm, EndsACommandThatOutlivesTheRecording) {
  recording_.command = {"sleep", "1000"};
  EXPECT_EQ(record_kvm(recording_, capture(), {}).accesses, 1U);
}

TEST_F(RecordKvm, RefusesWhatTheMachineLacks) {
  auto const expect_refusal = [&](testing::Matcher<std::string> const& message) {
    EXPECT_THAT(refusal(), message);
    EXPECT_FALSE(fs::exists(capture()));
  };
  KvmRecording const good = recording_;

  recording_.command = {"/no/such/vmm"};
  expect_refusal(AllOf(HasSubstr("/no/such/vmm: cannot be run"), HasSubstr("after --")));
  EXPECT_EQ(control("events/kvm/kvm_pio/enable"), "0");
  fs::remove_all(root() / "instances");
  fs::create_directory(root() / "instances");

  recording_ = good;
  recording_.kvm_device = "/no/such/kvm";
  expect_refusal(AllOf(HasSubstr("this machine has no KVM"), HasSubstr("modprobe")));

  recording_ = good;
  recording_.tracefs = (directory_.path() / "nowhere").string();
  expect_refusal(AllOf(HasSubstr("tracefs is not mounted"), HasSubstr("mount -t tracefs")));

  recording_ = good;
  recording_.pid = 4'000'000'000;
  expect_refusal(HasSubstr("no such process"));
  fs::remove_all(root() / "instances");

  recording_ = good;
  expect_refusal(HasSubstr("cannot make a trace buffer"));

  fs::remove_all(root() / "events" / "kvm");
  expect_refusal(AllOf(HasSubstr("no KVM events"), HasSubstr("modprobe kvm_intel")));
}

TEST_F(RecordKvm, RefusesAKernelWithoutTheEvents) {
  recording_.instance_made = [&](fs::path const& path) {
    populate(path);
    fs::remove_all(path / "events" / "kvm");
  };
  EXPECT_THAT(refusal(), HasSubstr("none of the events that a capture needs"));
}

TEST_F(RecordKvm, RefusesContradictions) {
  recording_.duration.reset();
  EXPECT_THROW(record_kvm(recording_, capture(), {}), std::invalid_argument);
  recording_.pid = 1;
  recording_.command = {"true"};
  EXPECT_THROW(record_kvm(recording_, capture(), {}), std::invalid_argument);
}

TEST(TraceInstance, PermissionIsNamed) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  tests::TemporaryDirectory const directory;
  fs::create_directories(directory.path() / "instances");
  fs::permissions(directory.path() / "instances", fs::perms::owner_read);
  try {
    TraceInstance instance(directory.path(), "x");
    FAIL() << "made " << instance.path();
  } catch (EnvironmentError const& error) {
    EXPECT_THAT(error.what(), HasSubstr("run as root"));
  }
}

}  // namespace
}  // namespace acrn::traces
