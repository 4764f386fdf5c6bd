// SPDX-License-Identifier: BSD-3-Clause
// What all cases share: text, checks, the device's counters, and the runner of MMIO cases.

// ---- Text on the UART ------------------------------------------------------------------------

// AL: a character. Keeps all registers. The virtual UART has always room: put_text asks it once.
put_character:
    PUSH_IMAGE(DX)
    mov $UART_DATA, %dx
    out %al, %dx
    POP_IMAGE DX
    ret

// SI: offset of a text that ends with 0.
put_text:
    mov $UART_LINE_STATUS, %dx
1:  in %dx, %al
    test $0x20, %al
    jz 1b
2:  movb (SI), %al
    test %al, %al
    jz 3f
    call put_character
    inc SI
    jmp 2b
3:  ret

// EAX: a value, printed as 0x and eight digits.
put_hex:
    movl %eax, hex_value
    mov $'0', %al
    call put_character
    mov $'x', %al
    call put_character
    movl $8, hex_digits
1:  roll $4, hex_value
    movl hex_value, %eax
    and $15, %eax
    add $'0', %al
    cmp $'9', %al
    jbe 2f
    add $('a' - '9' - 1), %al
2:  call put_character
    decl hex_digits
    jnz 1b
    ret

// EAX: a value, printed as a decimal number.
put_decimal:
    movl $0, hex_digits
1:  xor %edx, %edx
    mov $10, %ecx
    div %ecx
    PUSH_IMAGE(DX)
    incl hex_digits
    test %eax, %eax
    jnz 1b
2:  POP_IMAGE AX
    add $'0', %al
    call put_character
    decl hex_digits
    jnz 2b
    ret

// ---- Cases -----------------------------------------------------------------------------------

.macro TEXT string:vararg
    .pushsection .data
99: .ascii \string
    .byte 0
    .popsection
    mov $99b, %esi
.endm

.macro SAY string:vararg
    TEXT \string
    call put_text
.endm

// Begins a case: its name is printed at its end, and the device forgets.
.macro BEGIN name
    TEXT "\name"
    call begin_case
.endm

.macro END
    call end_case
.endm

// EAX must be `value`. Clobbers nothing but the flags.
.macro EXPECT value:vararg
    movl $(\value), expected
    call expect
.endm

// The device's counter must be `value`.
.macro EXPECT_COUNT counter, value
    mov $(\counter), %al
    call read_counter
    EXPECT \value
.endm

// As many accesses as this must have arrived at the device, of whatever kind.
.macro EXPECT_LOGGED value
    call read_logged
    EXPECT \value
.endm

begin_case:
    movl %esi, case_name
    movl $0, case_step
    movl $0, case_failed_step
forget:
    PUSH_IMAGE(AX)
    PUSH_IMAGE(DX)
    mov $DEVICE_FORGET, %dx
    out %al, %dx
    POP_IMAGE DX
    POP_IMAGE AX
    ret

expect:
    incl case_step
    cmpl expected, %eax
    je 1f
    cmpl $0, case_failed_step
    jne 1f
    movl %eax, case_got
    PUSH_IMAGE(AX)
    movl expected, %eax
    movl %eax, case_expected
    movl case_step, %eax
    movl %eax, case_failed_step
    POP_IMAGE AX
1:  ret

end_case:
    cmpl $0, case_failed_step
    jne 1f
    incl passed
    SAY MODE_NAME, ": PASS "
    call put_name
    jmp put_line_end
1:  incl failed
    SAY MODE_NAME, ": FAIL "
    call put_name
    SAY ": check "
    movl case_failed_step, %eax
    call put_decimal
    SAY ", got "
    movl case_got, %eax
    call put_hex
    SAY ", expected "
    movl case_expected, %eax
    call put_hex
put_line_end:
    mov $'\n', %al
    jmp put_character
put_name:
    movl case_name, %esi
    jmp put_text

// AL: which counter. EAX: its value.
read_counter:
    mov $DEVICE_SELECT, %dx
    out %al, %dx
    mov $DEVICE_COUNTER, %dx
    in %dx, %eax
    ret

read_logged:
    mov $DEVICE_LOGGED, %dx
    xor %eax, %eax
    in %dx, %ax
    ret

// Prints the sum and ends the guest: 0 when every case passed.
finish:
    SAY MODE_NAME, ": "
    movl passed, %eax
    call put_decimal
    SAY " passed, "
    movl failed, %eax
    call put_decimal
    SAY " failed\n"
    movl failed, %eax
    test %eax, %eax
    jz 1f
    mov $1, %al
1:  out %al, $PORT_TEST_EXIT
    cli
2:  hlt
    jmp 2b

// An exception that no case expects: tells what and where, and ends the guest.
unexpected:
    SAY MODE_NAME, ": unexpected exception "
    movl fault_vector, %eax
    call put_decimal
    SAY " at "
    movl fault_at, %eax
    call put_hex
    SAY ", in "
    call put_name
    call put_line_end
    mov $2, %al
    out %al, $PORT_TEST_EXIT
    cli
1:  hlt
    jmp 1b

    .data
    .balign 8
passed:           .long 0
failed:           .long 0
case_name:        .long 0
case_step:        .long 0
case_failed_step: .long 0
case_got:         .long 0
case_expected:    .long 0
expected:         .long 0
hex_value:        .long 0
hex_digits:       .long 0
    .text
