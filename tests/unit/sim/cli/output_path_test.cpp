// SPDX-License-Identifier: BSD-3-Clause
// Tests of the default output name and the checks before anything is written.
#include "sim/cli/output_path.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "sim/cli/exit_code.hpp"
#include "tests/support/data.hpp"
#include "traces/error.hpp"

namespace acrn::cli {
namespace {

TEST(DefaultCaptureName, DropsFoldersAndTheUsualEndings) {
  EXPECT_EQ(default_capture_name("a/b/boot.perf-script.txt.xz"), "boot.perf-script.acap");
  EXPECT_EQ(default_capture_name("boot.log"), "boot.acap");
  EXPECT_EQ(default_capture_name("boot.trace.zst"), "boot.acap");
  EXPECT_EQ(default_capture_name("boot"), "boot.acap");
  EXPECT_EQ(default_capture_name("boot.v2.dat"), "boot.v2.dat.acap");
}

TEST(DefaultCaptureName, NeedsANameForStandardInput) {
  EXPECT_THROW(default_capture_name("-"), UsageError);
}

class CheckOutput : public testing::Test {
 protected:
  std::string file(std::string const& name) {
    std::string const path = (folder_.path() / name).string();
    std::ofstream{path} << "x";
    return path;
  }
  [[nodiscard]] std::string path(std::string const& name) const {
    return (folder_.path() / name).string();
  }

 private:
  tests::TemporaryDirectory folder_;
};

TEST_F(CheckOutput, AcceptsANewNameAndStandardOutputAndDevices) {
  EXPECT_NO_THROW(check_output(path("new.acap"), "-", Overwrite::refuse));
  EXPECT_NO_THROW(check_output("-", "-", Overwrite::refuse));
  EXPECT_NO_THROW(check_output("/dev/null", "-", Overwrite::refuse));
}

TEST_F(CheckOutput, OverwritesOnlyWhenForced) {
  std::string const old = file("old.acap");
  EXPECT_THROW(check_output(old, "-", Overwrite::refuse), UsageError);
  EXPECT_NO_THROW(check_output(old, "-", Overwrite::allow));
}

TEST_F(CheckOutput, NeverOverwritesItsOwnInput) {
  std::string const both = file("both.acap");
  EXPECT_THROW(check_output(both, both, Overwrite::allow), UsageError);
}

TEST_F(CheckOutput, RefusesDirectoriesAndMissingFolders) {
  EXPECT_THROW(check_output(path(""), "-", Overwrite::allow), traces::EnvironmentError);
  EXPECT_THROW(check_output(path("none/new.acap"), "-", Overwrite::allow),
               traces::EnvironmentError);
}

}  // namespace
}  // namespace acrn::cli
