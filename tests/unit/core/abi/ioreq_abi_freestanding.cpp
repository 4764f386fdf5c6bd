// SPDX-License-Identifier: BSD-3-Clause
// The same comparison with the image's compile flags: the bare machine has no other layout.
#include "tests/unit/core/abi/ioreq_abi.hpp"
