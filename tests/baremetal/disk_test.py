# SPDX-License-Identifier: BSD-3-Clause
"""The Service VM's RAM disk, as a guest uses it whose configuration names it."""
from __future__ import annotations

from pathlib import Path

import pytest
from bochs import run_configuration
from real_mode import assemble, open_line

DISK_LINE = 11
# Waits for the interrupt of a sector written, reads it back, and compares. Ends with 0, or the
# number of what is wrong.
PROGRAM = f"""
{open_line(DISK_LINE)}
  mov $1, %bl                       # 1: the number of sectors
  mov $0x544, %dx
  in %dx, %eax
  cmp $128, %eax
  jne end
  inc %bl                           # 2: nothing but ready
  mov $0x548, %dx
  in %dx, %al
  cmp $1, %al
  jne end
  inc %dx
  mov $1, %al                       # the interrupt reaches the line
  out %al, %dx
  mov $0x540, %dx
  mov $127, %eax
  out %eax, %dx
  mov $0x550, %dx
  mov $pattern, %si                 # 512 bytes: 256 words
  mov $256, %cx
  cld
  rep outsw
3:
  cmpb $1, interrupts
  je 4f
  sti
  hlt
  cli
  jmp 3b
4:
  inc %bl                           # 3: the bytes
  mov $0x540, %dx
  mov $127, %eax
  out %eax, %dx
  mov $0x550, %dx
  mov $copy, %di
  mov $512, %cx
  rep insb
  mov $pattern, %si
  mov $copy, %di
  mov $512, %cx
  repe cmpsb
  jne end
  inc %bl                           # 4: beyond the last sector, ones and an error
  in %dx, %al
  cmp $0xff, %al
  jne end
  mov $0x548, %dx
  in %dx, %al
  cmp $7, %al
  jne end
  xor %bl, %bl
end:
  mov %bl, %al
  out %al, $0xf4

handler:
  push %ax
  push %dx
  incb interrupts
  mov $0x548, %dx
  mov $6, %al
  out %al, %dx
  mov $0x20, %al
  out %al, $0xa0
  out %al, $0x20
  pop %dx
  pop %ax
  iret

interrupts: .byte 0
pattern:
  .set i, 0
  .rept 512
  .byte (i * 7 + i / 256) & 0xff
  .set i, i + 1
  .endr
copy: .skip 512
"""


@pytest.mark.parametrize(("forward", "code"), [("uart,disk", 0), ("uart", 1)])
def test_a_guest_uses_the_disk_that_its_configuration_names(
    tmp_path: Path, forward: str, code: int
) -> None:
    lines = ["vm1.guest=flat:program", f"vm1.forward={forward}"]
    result = run_configuration(tmp_path, lines, {"program": assemble(tmp_path, PROGRAM)})
    assert result.ends() == {"vm1": f"test-exit port, code {code}"}, str(result)
