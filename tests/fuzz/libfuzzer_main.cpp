// SPDX-License-Identifier: BSD-3-Clause
// The entry that libFuzzer calls.
#include "tests/fuzz/fuzz_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  acrn::tests::fuzz_reader({data, size});
  return 0;
}
