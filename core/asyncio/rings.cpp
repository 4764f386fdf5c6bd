// SPDX-License-Identifier: BSD-3-Clause
// The product's instances of both ring ends, so that both builds of core compile every member.
#include "core/asyncio/ring_consumer.hpp"
#include "core/asyncio/ring_producer.hpp"

namespace acrn::core {

template class RingProducer<AtomicMemory>;
template class RingConsumer<AtomicMemory>;

}  // namespace acrn::core
