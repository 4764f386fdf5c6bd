// SPDX-License-Identifier: BSD-3-Clause
// Cases of long mode with 4-KiB pages at 4 MiB: RAM beside MMIO, pages that are not there.

#define DIRECTORY_0 0x4000          /* baremetal/guest/start_tables.hpp: PML4, PDPT, directories */
#define PAGE_TABLE 0x80000
#define WINDOW 0x400000
#define PAGE(n) (WINDOW + 0x1000 * (n))
#define ENTRY(n) (PAGE_TABLE + 8 * (n))
#define RAM_1 0x90000
#define RAM_2 0x91000
#define RAM_3 0x92000
#define PRESENT 3
#define PAGED_ELEMENTS 24
#define BEFORE_EDGE 10

// Page: 0 RAM, 1 MMIO, 2 absent, 3 RAM, 4 absent until fixed, 5 RAM, 6 MMIO, 7 absent.
set_up_window:
    movl $(PAGE_TABLE + PRESENT), DIRECTORY_0 + 8 * (WINDOW >> 21)
    movl $0, DIRECTORY_0 + 8 * (WINDOW >> 21) + 4
    xor %ecx, %ecx
1:  movq $0, PAGE_TABLE(, %rcx, 8)
    inc %ecx
    cmp $512, %ecx
    jb 1b
    movl $(RAM_1 + PRESENT), ENTRY(0)
    movl $(DEVICE_MMIO + PRESENT), ENTRY(1)
    movl $(RAM_2 + PRESENT), ENTRY(3)
    movl $(RAM_1 + PRESENT), ENTRY(5)
    movl $(DEVICE_MMIO + PRESENT), ENTRY(6)
remove_page_4:
    movl $RAM_3, ENTRY(4)
    invlpg PAGE(4)
    mov %cr3, %rax
    mov %rax, %cr3
    movl $0, page_faults
    ret

.macro PAGE_FAULT_CASE name
    BEGIN "\name"
    movl $95f, recover_at
    movl $-1, fault_vector
.endm
.macro EXPECT_PAGE_FAULT address, code
95: movl $0, recover_at
    movl fault_vector, %eax
    EXPECT 14
    movl fault_error_code, %eax
    EXPECT \code
    mov %cr2, %rax
    EXPECT \address
.endm

run_paging_cases:
    call set_up_window

    BEGIN "read over RAM's end into MMIO"
    movw $0x1234, RAM_1 + 0xffe
    movl $0x55667788, PAGE(6)
    call forget
    movl PAGE(0) + 0xffe, %eax
    EXPECT 0x77881234
    EXPECT_COUNT MMIO_READ + SIZE2, 1
    EXPECT_LOGGED 1
    END

    BEGIN "write over RAM's end into MMIO"
    movq $0, RAM_1 + 0xff8
    mov $0x1122334455667788, %rax
    movq %rax, PAGE(0) + 0xffb
    EXPECT_COUNT MMIO_WRITE + SIZE1, 1
    EXPECT_COUNT MMIO_WRITE + SIZE2, 1
    movl RAM_1 + 0xffc, %eax
    EXPECT 0x44556677
    movl PAGE(6), %eax
    and $0xffffff, %eax
    EXPECT 0x112233
    END

    BEGIN "add over RAM's end into MMIO"
    movw $0xffff, RAM_1 + 0xffe
    movl $0x00000010, PAGE(6)
    call forget
    addl $1, PAGE(0) + 0xffe
    EXPECT_COUNT MMIO_READ + SIZE2, 1
    EXPECT_COUNT MMIO_WRITE + SIZE2, 1
    movw RAM_1 + 0xffe, %ax
    and $0xffff, %eax
    EXPECT 0
    movl PAGE(6), %eax
    EXPECT 0x11
    END

    PAGE_FAULT_CASE "write from MMIO into an absent page"
    movl $1, PAGE(6) + 0xffe
    EXPECT_PAGE_FAULT PAGE(7), 2
    EXPECT_LOGGED 0
    END

    PAGE_FAULT_CASE "read from MMIO into an absent page"
    movq PAGE(6) + 0xffc, %rax
    EXPECT_PAGE_FAULT PAGE(7), 0
    EXPECT_LOGGED 0
    END

    PAGE_FAULT_CASE "rep insb stops at an absent page"
    mov $(PAGE(4) - BEFORE_EDGE), %edi
    mov $PAGED_ELEMENTS, %ecx
    mov $DEVICE_SEQUENCE, %dx
    rep insb
    EXPECT_PAGE_FAULT PAGE(4), 2
    mov %ecx, %eax
    EXPECT PAGED_ELEMENTS - BEFORE_EDGE
    mov %edi, %eax
    EXPECT PAGE(4)
    EXPECT_COUNT PORT_READ + SIZE1, BEFORE_EDGE
    END

    BEGIN "rep insb goes on when the page is there"
    movl $ENTRY(4), repair_entry
    mov $(PAGE(4) - BEFORE_EDGE), %edi
    mov $PAGED_ELEMENTS, %ecx
    mov $DEVICE_SEQUENCE, %dx
    rep insb
    movl $0, repair_entry
    mov %ecx, %eax
    EXPECT 0
    movl page_faults, %eax
    EXPECT 1
    EXPECT_COUNT PORT_READ + SIZE1, PAGED_ELEMENTS
    xor %ecx, %ecx
1:  movzbl PAGE(4) - BEFORE_EDGE(%rcx), %eax
    movl %ecx, expected
    call expect
    inc %ecx
    cmp $PAGED_ELEMENTS, %ecx
    jb 1b
    END

    BEGIN "rep outsw goes on when the page is there"
    call remove_page_4
    movl $ENTRY(4), repair_entry
    mov $(PAGE(4) - BEFORE_EDGE), %esi
    mov $PAGED_ELEMENTS, %ecx
    mov $DEVICE_SEQUENCE, %dx
    rep outsw
    movl $0, repair_entry
    movl page_faults, %eax
    EXPECT 1
    EXPECT_COUNT PORT_WRITE + SIZE2, PAGED_ELEMENTS
    EXPECT_LOGGED PAGED_ELEMENTS
    END

    BEGIN "rep movsb to MMIO goes on when the page is there"
    call remove_page_4
    movl $ENTRY(4), repair_entry
    mov $(PAGE(4) - BEFORE_EDGE), %esi
    mov $PAGE(6), %edi
    mov $PAGED_ELEMENTS, %ecx
    rep movsb
    movl $0, repair_entry
    movl page_faults, %eax
    EXPECT 1
    EXPECT_COUNT MMIO_WRITE + SIZE1, PAGED_ELEMENTS
    EXPECT_LOGGED PAGED_ELEMENTS
    xor %ecx, %ecx
2:  movzbl PAGE(4) - BEFORE_EDGE(%rcx), %eax
    movl %eax, expected
    movzbl PAGE(6)(%rcx), %eax
    call expect
    inc %ecx
    cmp $PAGED_ELEMENTS, %ecx
    jb 2b
    END
    ret

    .data
    .balign 4
repair_entry: .long 0  // a page-table entry that a page fault makes present; 0: none
page_faults:  .long 0
    .text
