// SPDX-License-Identifier: BSD-3-Clause
// What a broken contract does on the bare machine: one line on COM1, then the end.
#include <string_view>  // any header of libstdc++ declares __glibcxx_assert_fail

#include "baremetal/machine/com1.hpp"
#include "baremetal/machine/finish.hpp"
#include "core/check.hpp"

namespace acrn::core {

void panic(char const* sentence, char const* file, int line) noexcept {
  using namespace baremetal;
  claim_the_end();
  print("hv: panic: ");
  print(sentence);
  print(" (");
  print(file);
  print(":");
  print_decimal(static_cast<std::uint64_t>(line));
  print(")\n");
  finish(Verdict::crashed);
}

}  // namespace acrn::core

// The library calls these, so that they are in its namespace and of its form.
// NOLINTBEGIN(cert-dcl50-cpp, cert-dcl58-cpp)
namespace std {

/// libstdc++'s bounds checks (_GLIBCXX_ASSERTIONS) end here; <bits/c++config.h> declares it.
void __glibcxx_assert_fail(char const* file, int line, char const* /*function*/,
                           char const* condition) noexcept {
  acrn::core::panic(condition, file, line);
}

/// string_view::substr() ends here when it is given a place behind the end; <bits/functexcept.h>
/// declares it.
void __throw_out_of_range_fmt(char const* format, ...) {
  acrn::core::panic(format, "libstdc++", 0);
}

}  // namespace std
// NOLINTEND(cert-dcl50-cpp, cert-dcl58-cpp)
