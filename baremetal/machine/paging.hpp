// SPDX-License-Identifier: BSD-3-Clause
// Protection of the image's own pages, within the identity map that entry.S has built.
#pragma once

namespace acrn::baremetal {

/// Makes code read-only, constants read-only and not executable, all other memory below 2 MiB not
/// executable, and leaves page 0 and the pages below both stacks unmapped. Call once, early.
void protect_image() noexcept;

}  // namespace acrn::baremetal
