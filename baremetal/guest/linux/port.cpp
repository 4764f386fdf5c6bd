// SPDX-License-Identifier: BSD-3-Clause
// A program for the Linux guest: one port access from user space, without a C library.
//
//   port in SIZE PORT          prints the value as 0x...; SIZE is 1, 2 or 4
//   port out SIZE PORT VALUE   numbers as in C: 10, 0x0A
//
// Ends with 0, 1 when the kernel refuses the ports, 2 for a wrong command line.
#include <cstddef>
#include <cstdint>

namespace {

constexpr long sys_write = 1;  // Linux, arch/x86/entry/syscalls/syscall_64.tbl
constexpr long sys_exit = 60;
constexpr long sys_iopl = 172;

long system_call(long number, long first, long second = 0, long third = 0) {
  long result = number;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(first), "S"(second), "d"(third)
               : "rcx", "r11", "memory");
  return result;
}

[[noreturn]] void end(long status) {
  for (;;) system_call(sys_exit, status);
}

bool same(char const* left, char const* right) {
  while (*left != 0 && *left == *right) {
    ++left;
    ++right;
  }
  return *left == *right;
}

std::uint32_t number(char const* text) {
  bool const hexadecimal = text[0] == '0' && text[1] == 'x';
  std::uint32_t const base = hexadecimal ? 16 : 10;
  std::uint32_t value = 0;
  char const* at = hexadecimal ? text + 2 : text;
  if (*at == 0) end(2);
  for (; *at != 0; ++at) {
    auto const letter = static_cast<unsigned char>(*at | 0x20);
    std::uint32_t const digit = letter >= 'a' ? letter - 'a' + 10U : letter - std::uint32_t{'0'};
    if (digit >= base) end(2);
    value = value * base + digit;
  }
  return value;
}

void print(std::uint32_t value, std::size_t digits) {
  char text[11] = "0x";
  for (std::size_t i = 0; i < digits; ++i) {
    text[2 + i] = "0123456789abcdef"[value >> (4 * (digits - 1 - i)) & 0xfU];
  }
  text[2 + digits] = '\n';
  system_call(sys_write, 1, reinterpret_cast<long>(text), static_cast<long>(3 + digits));
}

std::uint32_t in(std::uint32_t size, std::uint16_t port) {
  std::uint32_t value = 0;
  switch (size) {
    case 1:
      asm volatile("inb %1, %b0" : "+a"(value) : "d"(port));
      break;
    case 2:
      asm volatile("inw %1, %w0" : "+a"(value) : "d"(port));
      break;
    default:
      asm volatile("inl %1, %0" : "=a"(value) : "d"(port));
      break;
  }
  return value;
}

void out(std::uint32_t size, std::uint16_t port, std::uint32_t value) {
  switch (size) {
    case 1:
      asm volatile("outb %b0, %1" : : "a"(value), "d"(port));
      break;
    case 2:
      asm volatile("outw %w0, %1" : : "a"(value), "d"(port));
      break;
    default:
      asm volatile("outl %0, %1" : : "a"(value), "d"(port));
      break;
  }
}

[[noreturn]] void run(long count, char const* const* words) {
  bool const reads = count == 4 && same(words[1], "in");
  bool const writes = count == 5 && same(words[1], "out");
  if (!reads && !writes) end(2);
  std::uint32_t const size = number(words[2]);
  std::uint32_t const port = number(words[3]);
  if ((size != 1 && size != 2 && size != 4) || port > 0xffff) end(2);
  if (system_call(sys_iopl, 3) != 0) end(1);
  if (reads) {
    print(in(size, static_cast<std::uint16_t>(port)), std::size_t{2} * size);
  } else {
    out(size, static_cast<std::uint16_t>(port), number(words[4]));
  }
  end(0);
}

}  // namespace

/// `stack` is what the kernel hands over: the count of words, and a pointer to each.
extern "C" [[noreturn]] void port_main(long const* stack) {
  run(*stack, reinterpret_cast<char const* const*>(stack + 1));
}

asm(".globl _start\n_start:\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call port_main\n");
