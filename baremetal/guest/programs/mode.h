// SPDX-License-Identifier: BSD-3-Clause
// What differs between the modes of the test guests, so that one source serves all: names of
// registers, how memory operands are written, and linear addresses of labels.
#pragma once

// Segments: real mode has its own data at DS = 0x1000, and a flat FS and ES ("unreal mode").
#if GUEST_MODE == 16
#define FLAT %fs:
#define MODE_NAME "real"
#define LINEAR(label) ((label) + 0x10000)
#elif GUEST_MODE == 32
#define FLAT
#define MODE_NAME "protected"
#define LINEAR(label) (label)
#elif GUEST_MODE == 64
#define FLAT
#define MODE_NAME "long"
#define LINEAR(label) (label)
#else
#error GUEST_MODE is 16, 32 or 64
#endif

#if GUEST_MODE == 64
#define AX %rax
#define BX %rbx
#define CX %rcx
#define DX %rdx
#define SI %rsi
#define DI %rdi
#define PUSHF pushfq
#define POPF popfq
#define PUSH_IMAGE(value) pushq value
#define POP_IMAGE popq
#define CALL_MEMORY callq *
#else
#define AX %eax
#define BX %ebx
#define CX %ecx
#define DX %edx
#define SI %esi
#define DI %edi
#define PUSHF pushfl
#define POPF popfl
#define PUSH_IMAGE(value) pushl value
#define POP_IMAGE popl
#if GUEST_MODE == 32
#define CALL_MEMORY calll *
#else
#define CALL_MEMORY callw *
#endif
#endif

// The operand under test: BX is a linear address, of RAM or of the device.
#define M(offset) FLAT offset(BX)
#define M_INDEXED(offset, index, scale) FLAT offset(BX, index, scale)
// String instructions: both sides linear.
#define SOURCE FLAT(SI)
#define DESTINATION %es:(DI)

// Devices: the test device (core/devices/test_device.hpp), UART, PIC, PIT.
#define DEVICE_PORTS 0x500
#define DEVICE_SELECT 0x520
#define DEVICE_COUNTER 0x524
#define DEVICE_IRQ 0x528
#define DEVICE_FORGET 0x529
#define DEVICE_LOGGED 0x52a
#define DEVICE_ID 0x52c
#define DEVICE_SEQUENCE 0x530
#define DEVICE_CHECKSUM 0x520
#ifndef DEVICE_MMIO
#define DEVICE_MMIO 0xfeb00000
#endif
#define UART_DATA 0x3f8
#define UART_LINE_STATUS 0x3fd
#define PORT_TEST_EXIT 0xf4
#define PORT_UNCLAIMED 0x6f0
#define MMIO_UNCLAIMED 0xfec10000

// Selectors of the device's counters: space, direction, log2 of the size.
#define PORT_READ 0
#define PORT_WRITE 4
#define MMIO_READ 8
#define MMIO_WRITE 12
#define SIZE1 0
#define SIZE2 1
#define SIZE4 2
#define SIZE8 3

// Flags that an instruction leaves defined. Source: Intel SDM vol. 1 (Sep 2023), appendix A.
#define FLAGS_ALL 0x8d5
#define FLAGS_LOGIC 0x8c5   /* not AF */
#define FLAGS_SHIFT 0x0c5   /* not AF, nor OF but for a count of 1 */
#define FLAGS_ROTATE 0x0d5  /* not OF but for a count of 1 */
#define FLAGS_BIT 0x041     /* CF, and ZF unchanged */

// What a case is about; the rest of the descriptor is the number and size of device accesses.
#define SI_MOVES 1
#define DI_MOVES 2
