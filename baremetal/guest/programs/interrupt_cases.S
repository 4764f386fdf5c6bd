// SPDX-License-Identifier: BSD-3-Clause
// Cases about interrupts: PIC and PIT set up, HLT until the timer, the test device's line.

#define PIC1 0x20
#define PIC2 0xa0
#define PIT_CHANNEL_0 0x40
#define PIT_CONTROL 0x43
#define PIT_100_HZ 11932
#define IRQ_RAISE 0
#define IRQ_LOWER 1
#define TIMER_WAITS 50

// Vectors 0x20 to 0x2F, all masked but the timer, the cascade and the test device's IRQ 10.
set_up_pic:
    mov $0x11, %al
    out %al, $PIC1
    out %al, $PIC2
    mov $0x20, %al
    out %al, $PIC1 + 1
    mov $0x28, %al
    out %al, $PIC2 + 1
    mov $4, %al
    out %al, $PIC1 + 1
    mov $2, %al
    out %al, $PIC2 + 1
    mov $1, %al
    out %al, $PIC1 + 1
    out %al, $PIC2 + 1
    mov $0xfa, %al
    out %al, $PIC1 + 1
    mov $0xfb, %al
    out %al, $PIC2 + 1
    mov $0x34, %al
    out %al, $PIT_CONTROL
    mov $(PIT_100_HZ & 0xff), %al
    out %al, $PIT_CHANNEL_0
    mov $(PIT_100_HZ >> 8), %al
    out %al, $PIT_CHANNEL_0
    ret

run_interrupt_cases:
    call set_up_pic

    BEGIN "hlt waits for the timer"
    movl $0, timer_interrupts
1:  sti
    hlt
    cli
    cmpl $3, timer_interrupts
    jb 1b
    movl timer_interrupts, %eax
    EXPECT 3
    END

    BEGIN "the timer interrupts a loop"
    movl $0, timer_interrupts
    mov $200000000, %ecx
    sti
1:  cmpl $0, timer_interrupts
    jne 2f
    dec %ecx
    jnz 1b
2:  cli
    xor %eax, %eax
    test %ecx, %ecx
    setnz %al
    EXPECT 1
    END

    BEGIN "nothing comes while interrupts are off"
    movl $0, timer_interrupts
    movl $0, device_interrupts
    mov $DEVICE_IRQ, %dx
    mov $IRQ_RAISE, %al
    out %al, %dx
    xor %eax, %eax
    in %dx, %al
    EXPECT 1
    movl device_interrupts, %eax
    EXPECT 0
    END

    BEGIN "the device's line comes through both PICs"
    mov $TIMER_WAITS, %ecx
1:  sti
    hlt
    cli
    cmpl $0, device_interrupts
    jne 2f
    dec %ecx
    jnz 1b
2:  movl device_interrupts, %eax
    EXPECT 1
    mov $DEVICE_IRQ, %dx
    xor %eax, %eax
    in %dx, %al
    EXPECT 0
    END

    mov $0xff, %al
    out %al, $PIC1 + 1
    out %al, $PIC2 + 1
    ret

// The part of every handler that does not depend on the mode. AL: the interrupt, 0 to 15.
handle_interrupt:
    cmp $0, %al
    jne 1f
    incl timer_interrupts
1:  cmp $10, %al
    jne 2f
    incl device_interrupts
    PUSH_IMAGE(AX)
    mov $DEVICE_IRQ, %dx
    mov $IRQ_LOWER, %al
    out %al, %dx
    POP_IMAGE AX
2:  cmp $8, %al
    mov $0x20, %al
    jb 3f
    out %al, $PIC2
3:  out %al, $PIC1
    ret

    .data
    .balign 4
timer_interrupts:  .long 0
device_interrupts: .long 0
    .text
