// SPDX-License-Identifier: BSD-3-Clause
// The filter options as every verb that has them offers them.
#include <CLI/CLI.hpp>

#include "sim/cli/verb.hpp"

namespace acrn::cli {

void add_filter_options(CLI::App& verb, FilterOptions& options) {
  constexpr auto group = "Filters";
  verb.add_option("--vcpu", options.vcpu, "Only these vCPUs, as in 0,2 or 0-3")
      ->type_name("LIST")
      ->group(group);
  verb.add_option("--port", options.port, "Only these I/O ports, as in 0x3f8-0x3ff")
      ->type_name("RANGES")
      ->group(group);
  verb.add_option("--gpa", options.gpa,
                  "Only these guest-physical addresses, as in 0xfed00000-0xfed003ff")
      ->type_name("RANGES")
      ->group(group);
  verb.add_option("--time", options.time,
                  "Only this time, in seconds from the start of the capture: 0.5,1.5 or 1,+10ms or "
                  "end-1s,")
      ->type_name("FROM,TO")
      ->group(group);
}

}  // namespace acrn::cli
