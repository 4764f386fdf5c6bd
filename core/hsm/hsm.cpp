// SPDX-License-Identifier: BSD-3-Clause
#include "core/hsm/hsm.hpp"

#include "core/hsm/io_event_client.hpp"
#include "core/ioreq/foreign_hsm_slot.hpp"

namespace acrn::core {

// The product's instances, so that both builds of core compile every member.
template class HypervisorSlot<AtomicMemory>;
template class HypervisorPage<AtomicMemory>;
template class HsmSlot<AtomicMemory>;
template class ForeignHsmSlot<AtomicMemory>;
template class HsmVm<AtomicMemory>;
template class Hsm<AtomicMemory>;
template class IoEventClient<AtomicMemory>;

}  // namespace acrn::core
