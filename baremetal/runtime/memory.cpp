// SPDX-License-Identifier: BSD-3-Clause
// The functions that compilers and libstdc++'s string_view call on their own, in a world without a
// C library. memcpy, memmove and memset are string instructions, which no optimizer turns back into
// a call of the function it is compiling.
#include <cstddef>
#include <cstdint>

extern "C" {

void* memcpy(void* to, void const* from, std::size_t size);
void* memmove(void* to, void const* from, std::size_t size);
void* memset(void* to, int value, std::size_t size);
int memcmp(void const* left, void const* right, std::size_t size);
std::size_t strlen(char const* text);
void* memchr(void const* place, int value, std::size_t size);

void* memcpy(void* to, void const* from, std::size_t size) {
  void* const result = to;
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
  return result;
}

void* memmove(void* to, void const* from, std::size_t size) {
  auto const distance =
      reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
  if (distance >= size) return memcpy(to, from, size);  // also when `to` lies below, modulo 2^64
  auto* last_to = static_cast<std::uint8_t*>(to) + size - 1;
  auto const* last_from = static_cast<std::uint8_t const*>(from) + size - 1;
  asm volatile("std; rep movsb; cld" : "+D"(last_to), "+S"(last_from), "+c"(size) : : "memory");
  return to;
}

void* memset(void* to, int value, std::size_t size) {
  void* const result = to;
  asm volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
  return result;
}

int memcmp(void const* left, void const* right, std::size_t size) {
  auto const* const a = static_cast<std::uint8_t const*>(left);
  auto const* const b = static_cast<std::uint8_t const*>(right);
  for (std::size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

std::size_t strlen(char const* text) {
  char const volatile* end = text;  // volatile: else the loop is recognised as a call of strlen
  while (*end != '\0') ++end;
  return static_cast<std::size_t>(end - text);
}

void* memchr(void const* place, int value, std::size_t size) {
  auto const* const bytes = static_cast<std::uint8_t const*>(place);
  for (std::size_t i = 0; i < size; ++i) {
    if (bytes[i] == static_cast<std::uint8_t>(value)) return const_cast<std::uint8_t*>(bytes + i);
  }
  return nullptr;
}

}  // extern "C"
