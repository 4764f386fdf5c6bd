// SPDX-License-Identifier: BSD-3-Clause
// The checks that the self-test is made of.
#pragma once

#include "baremetal/self_test/self_test.hpp"

namespace acrn::baremetal {

void check_memory_functions(CheckLog& log) noexcept;  ///< memcpy and its kin, overlaps included
void check_crc32c(CheckLog& log) noexcept;            ///< the published vectors, on both paths
void check_digest(CheckLog& log) noexcept;            ///< what the replay digest counts

void check_handled_port(CheckLog& log) noexcept;     ///< a device in the hypervisor
void check_forwarded_port(CheckLog& log) noexcept;   ///< slot page, service module, client, back
void check_in32(CheckLog& log) noexcept;             ///< upper half of RAX, by profile
void check_mmio(CheckLog& log) noexcept;             ///< both of that for MMIO of 1 to 8 bytes
void check_overlap(CheckLog& log) noexcept;          ///< registration refuses it
void check_unclaimed(CheckLog& log) noexcept;        ///< reads that nobody claims are all ones
void check_spans(CheckLog& log) noexcept;            ///< an access over an edge, by profile
void check_pci_config(CheckLog& log) noexcept;       ///< CF8 and CFC become a request
void check_late_completion(CheckLog& log) noexcept;  ///< after a reset it hits nothing

}  // namespace acrn::baremetal
