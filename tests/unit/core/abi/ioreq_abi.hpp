// SPDX-License-Identifier: BSD-3-Clause
// core/abi/ioreq.hpp against the kernel's own header: every size, offset and constant of the slot
// page. Included by a hosted test and by a translation unit with the image's flags.
#pragma once

#include "core/abi/ioreq.hpp"

#include <linux/acrn.h>

#include <cstddef>

#include "core/ioreq/transitions.hpp"
#include "core/types.hpp"

namespace acrn::core::abi {

static_assert(ioreq_slot_count == ACRN_IO_REQUEST_MAX);
static_assert(ioreq_slot_size == sizeof(acrn_io_request));
static_assert(ioreq_slot_size == alignof(acrn_io_request));
static_assert(ioreq_page_size == sizeof(acrn_io_request_buffer));
static_assert(sizeof(acrn_io_request_buffer::req_slot) == ioreq_page_size);

static_assert(ioreq_state_pending == ACRN_IOREQ_STATE_PENDING);
static_assert(ioreq_state_complete == ACRN_IOREQ_STATE_COMPLETE);
static_assert(ioreq_state_processing == ACRN_IOREQ_STATE_PROCESSING);
static_assert(ioreq_state_free == ACRN_IOREQ_STATE_FREE);
static_assert(ioreq_type_portio == ACRN_IOREQ_TYPE_PORTIO);
static_assert(ioreq_type_mmio == ACRN_IOREQ_TYPE_MMIO);
static_assert(ioreq_type_pcicfg == ACRN_IOREQ_TYPE_PCICFG);
static_assert(ioreq_direction_read == ACRN_IOREQ_DIR_READ);
static_assert(ioreq_direction_write == ACRN_IOREQ_DIR_WRITE);

// The vocabulary's enumerations carry the same numbers.
static_assert(static_cast<int>(Space::port) == ACRN_IOREQ_TYPE_PORTIO);
static_assert(static_cast<int>(Space::mmio) == ACRN_IOREQ_TYPE_MMIO);
static_assert(static_cast<int>(Space::pci_config) == ACRN_IOREQ_TYPE_PCICFG);
static_assert(static_cast<int>(Space::write_protect) == ioreq_type_write_protect);
static_assert(static_cast<int>(Direction::read) == ACRN_IOREQ_DIR_READ);
static_assert(static_cast<int>(Direction::write) == ACRN_IOREQ_DIR_WRITE);
static_assert(static_cast<int>(SlotState::pending) == ACRN_IOREQ_STATE_PENDING);
static_assert(static_cast<int>(SlotState::complete) == ACRN_IOREQ_STATE_COMPLETE);
static_assert(static_cast<int>(SlotState::processing) == ACRN_IOREQ_STATE_PROCESSING);
static_assert(static_cast<int>(SlotState::free) == ACRN_IOREQ_STATE_FREE);

static_assert(ioreq_offset::type == offsetof(acrn_io_request, type));
static_assert(ioreq_offset::completion_polling == offsetof(acrn_io_request, completion_polling));
static_assert(ioreq_offset::completion_polling + 4 == offsetof(acrn_io_request, reserved0));
static_assert(ioreq_offset::request == offsetof(acrn_io_request, reqs));
static_assert(ioreq_offset::request == offsetof(acrn_io_request, reqs.data));
static_assert(ioreq_offset::reserved1 == offsetof(acrn_io_request, reserved1));
static_assert(ioreq_offset::kernel_handled == offsetof(acrn_io_request, kernel_handled));
static_assert(ioreq_offset::state == offsetof(acrn_io_request, processed));
// The generation lies in what the kernel's structure leaves as padding.
static_assert(ioreq_offset::generation ==
              offsetof(acrn_io_request, processed) + sizeof(acrn_io_request::processed));
static_assert(ioreq_offset::generation + 4 <= sizeof(acrn_io_request));

static_assert(ioreq_request_size == sizeof(acrn_io_request::reqs));
static_assert(ioreq_pio_size == sizeof(acrn_pio_request));
static_assert(ioreq_mmio_size == sizeof(acrn_mmio_request));
static_assert(ioreq_pci_size == sizeof(acrn_pci_request));

static_assert(ioreq_offset::direction == offsetof(acrn_io_request, reqs.pio_request.direction));
static_assert(ioreq_offset::direction + 4 == offsetof(acrn_io_request, reqs.pio_request.reserved));
static_assert(ioreq_offset::address == offsetof(acrn_io_request, reqs.pio_request.address));
static_assert(ioreq_offset::size == offsetof(acrn_io_request, reqs.pio_request.size));
static_assert(ioreq_offset::value == offsetof(acrn_io_request, reqs.pio_request.value));
static_assert(sizeof(acrn_pio_request::direction) == 4 && sizeof(acrn_pio_request::address) == 8);
static_assert(sizeof(acrn_pio_request::size) == 8 && sizeof(acrn_pio_request::value) == 4);

static_assert(ioreq_offset::direction == offsetof(acrn_io_request, reqs.mmio_request.direction));
static_assert(ioreq_offset::direction + 4 == offsetof(acrn_io_request, reqs.mmio_request.reserved));
static_assert(ioreq_offset::address == offsetof(acrn_io_request, reqs.mmio_request.address));
static_assert(ioreq_offset::size == offsetof(acrn_io_request, reqs.mmio_request.size));
static_assert(ioreq_offset::value == offsetof(acrn_io_request, reqs.mmio_request.value));
static_assert(sizeof(acrn_mmio_request::direction) == 4 && sizeof(acrn_mmio_request::address) == 8);
static_assert(sizeof(acrn_mmio_request::size) == 8 && sizeof(acrn_mmio_request::value) == 8);

static_assert(ioreq_offset::direction == offsetof(acrn_io_request, reqs.pci_request.direction));
static_assert(ioreq_offset::direction + 4 == offsetof(acrn_io_request, reqs.pci_request.reserved));
static_assert(ioreq_offset::size == offsetof(acrn_io_request, reqs.pci_request.size));
static_assert(ioreq_offset::value == offsetof(acrn_io_request, reqs.pci_request.value));
static_assert(ioreq_offset::pci_bus == offsetof(acrn_io_request, reqs.pci_request.bus));
static_assert(ioreq_offset::pci_device == offsetof(acrn_io_request, reqs.pci_request.dev));
static_assert(ioreq_offset::pci_function == offsetof(acrn_io_request, reqs.pci_request.func));
static_assert(ioreq_offset::pci_register == offsetof(acrn_io_request, reqs.pci_request.reg));
static_assert(sizeof(acrn_pci_request::value) == 4 && sizeof(acrn_pci_request::bus) == 4);

}  // namespace acrn::core::abi
