// SPDX-License-Identifier: BSD-3-Clause
// The test guests' programs inside hv.elf.

.section .rodata
.balign 16
.global hv_guest_real
.global hv_guest_protected
.global hv_guest_long
.global hv_guests_end
hv_guest_real:
  .incbin ACRN_GUEST_REAL
hv_guest_protected:
  .incbin ACRN_GUEST_PROTECTED
hv_guest_long:
  .incbin ACRN_GUEST_LONG
hv_guests_end:

.section .note.GNU-stack, "", @progbits
