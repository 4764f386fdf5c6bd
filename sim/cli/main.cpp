// SPDX-License-Identifier: BSD-3-Clause
// The entry of acrntb.
#include "sim/cli/cli.hpp"

// libsystemc holds a main of its own that calls sc_main. Ours wins because it is in the executable;
// a test checks who did.
int main(int argc, char** argv) { return acrn::cli::run(argc, argv); }
