// SPDX-License-Identifier: BSD-3-Clause
// The entry of every GoogleTest binary. libsystemc defines a main of its own that would win over
// gtest_main and run no test; this one is linked as an object, and refuses to run none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "core/check.hpp"

/// libsystemc refers to it; no test uses SystemC's own start-up.
extern "C" [[gnu::visibility("default")]] int sc_main(int, char**) { return EXIT_FAILURE; }

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  int const result = RUN_ALL_TESTS();
  if (!GTEST_FLAG_GET(list_tests) && testing::UnitTest::GetInstance()->test_to_run_count() == 0) {
    std::fputs("error: no test ran\n", stderr);
    return EXIT_FAILURE;
  }
  return result;
}
