// SPDX-License-Identifier: BSD-3-Clause
// The Service VM's binary inside hv.elf.

.section .rodata
.balign 16
.global hv_service_image
hv_service_image:
  .incbin ACRN_SERVICE_IMAGE
.global hv_service_image_end
hv_service_image_end:

.section .note.GNU-stack, "", @progbits
