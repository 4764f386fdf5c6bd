// SPDX-License-Identifier: BSD-3-Clause
// A test guest: a flat program for one processor mode (GUEST_MODE is 16, 32 or 64). It tries every
// kind of access, checks what it sees and what the test device saw, prints a line per case, and
// ends through port 0xF4.
#include "baremetal/guest/programs/mode.h"

#define VECTORS 0x30
#define FIRST_IRQ 0x20
#define STUB_SIZE 16
// #DF, #TS, #NP, #SS, #GP, #PF, #AC. Source: Intel SDM vol. 3A (Sep 2023), table 6-1.
#define HAS_ERROR_CODE(vector) ((0x27d00 >> (vector)) & 1)

    .text
#if GUEST_MODE == 16
    .code16
#elif GUEST_MODE == 32
    .code32
#else
    .code64
#endif
_start:
    jmp start

#include "baremetal/guest/programs/runner.S"
#include "baremetal/guest/programs/mmio_runner.S"
#include "baremetal/guest/programs/mmio_arithmetic.S"
#include "baremetal/guest/programs/mmio_moves.S"
#include "baremetal/guest/programs/port_cases.S"
#include "baremetal/guest/programs/system_cases.S"
#include "baremetal/guest/programs/interrupt_cases.S"
#if GUEST_MODE == 16
#include "baremetal/guest/programs/limit_cases.S"
#include "baremetal/guest/programs/start_real.S"
#elif GUEST_MODE == 32
#include "baremetal/guest/programs/limit_cases.S"
#include "baremetal/guest/programs/start_protected.S"
#else
#include "baremetal/guest/programs/paging_cases.S"
#include "baremetal/guest/programs/start_long.S"
#endif

    .section .data.cases, "aw"
end_of_mmio_cases:
