// SPDX-License-Identifier: BSD-3-Clause
// The Service VM's own page tables, descriptors and interrupt table.
#pragma once

#include <cstdint>

namespace acrn::service_vm {

/// Leaves the hypervisor's page tables and descriptors for the binary's own: 4 GiB identity-mapped,
/// but neither page 0 nor the page below each stack; code and constants read-only (where CR0.WP is
/// 1). From now on exceptions are caught, and upcalls counted. Interrupts stay off.
void protect() noexcept;

}  // namespace acrn::service_vm
