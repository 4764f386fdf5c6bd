// SPDX-License-Identifier: BSD-3-Clause
// The replay guest's program inside hv.elf.

.section .rodata
.balign 16
.global hv_replay_player
.global hv_replay_player_end
hv_replay_player:
  .incbin ACRN_REPLAY_PLAYER
hv_replay_player_end:

.section .note.GNU-stack, "", @progbits
