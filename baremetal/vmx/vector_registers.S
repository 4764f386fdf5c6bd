// SPDX-License-Identifier: BSD-3-Clause
// Moves of one vector register, chosen by number. C++ is compiled without SSE: the guest's vector
// registers stay in the CPU while the hypervisor runs.

.section .text

// void NAME(std::uint64_t index, void* bytes): one jump into a table of 16-byte entries.
.macro table name
.balign 16
.global \name
\name:
  andl $15, %edi
  shll $4, %edi
  addq $1f, %rdi
  jmp *%rdi
.balign 16
1:
.endm

.macro each_register mnemonic, register, direction
.irp index, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
.balign 16
.ifc \direction, load
  \mnemonic (%rsi), %\register\index
.else
  \mnemonic %\register\index, (%rsi)
.endif
  ret
.endr
.endm

table hv_read_xmm
each_register movups, xmm, store
table hv_write_xmm
each_register movups, xmm, load
table hv_read_ymm
each_register vmovups, ymm, store
table hv_write_ymm
each_register vmovups, ymm, load

.section .note.GNU-stack, "", @progbits
