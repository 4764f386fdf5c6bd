// SPDX-License-Identifier: BSD-3-Clause
#include "tests/bench/mmio_mix.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace acrn::bench {

namespace {

using namespace std::string_view_literals;

struct Share {
  unsigned parts;  ///< of the sum of all
  std::string_view bytes;
};

/// Mostly loads and stores of 4 bytes by the compilers' usual addressing; some bytes, words and
/// quadwords, MOVZX, tests in place, read-modify-write, strings and vectors.
constexpr std::array shares{
    Share{12, "\x8B\x00"sv},                                     // mov eax, [rax]
    Share{12, "\x89\x02"sv},                                     // mov [rdx], eax
    Share{8, "\x8B\x47\x10"sv},                                  // mov eax, [rdi + 0x10]
    Share{8, "\x89\x70\x04"sv},                                  // mov [rax + 4], esi
    Share{6, "\x8B\x82\x80\x01\x00\x00"sv},                      // mov eax, [rdx + 0x180]
    Share{6, "\x41\x89\x84\x24\x00\x20\x00\x00"sv},              // mov [r12 + 0x2000], eax
    Share{5, "\x45\x8B\x2C\x07"sv},                              // mov r13d, [r15 + rax]
    Share{5, "\x89\x14\x8F"sv},                                  // mov [rdi + rcx * 4], edx
    Share{4, "\x8B\x05\x34\x12\x00\x00"sv},                      // mov eax, [rip + 0x1234]
    Share{4, "\xC7\x04\x25\xB0\x00\xD0\xFE\x00\x00\x00\x00"sv},  // mov dword [0xfed000b0], 0
    Share{4, "\xC7\x42\x0C\x01\x00\x00\x00"sv},                  // mov dword [rdx + 12], 1
    Share{3, "\x48\x8B\x06"sv},                                  // mov rax, [rsi]
    Share{3, "\x48\x89\x41\x08"sv},                              // mov [rcx + 8], rax
    Share{2, "\x66\x8B\x03"sv},                                  // mov ax, [rbx]
    Share{2, "\x66\x89\x4B\x02"sv},                              // mov [rbx + 2], cx
    Share{2, "\x8A\x00"sv},                                      // mov al, [rax]
    Share{2, "\x88\x0A"sv},                                      // mov [rdx], cl
    Share{3, "\x0F\xB6\x47\x14"sv},                              // movzx eax, byte [rdi + 0x14]
    Share{3, "\x0F\xB7\x02"sv},                                  // movzx eax, word [rdx]
    Share{2, "\xF6\x42\x05\x20"sv},                              // test byte [rdx + 5], 0x20
    Share{2, "\x81\x0F\x00\x00\x00\x80"sv},                      // or dword [rdi], 0x80000000
    Share{2, "\x83\x20\xFE"sv},                                  // and dword [rax], -2
    Share{1, "\xF0\x0F\xBA\x2B\x03"sv},                          // lock bts dword [rbx], 3
    Share{2, "\xF3\xA5"sv},                                      // rep movsd
    Share{2, "\xF3\xAB"sv},                                      // rep stosd
    Share{1, "\xF3\x0F\x6F\x06"sv},                              // movdqu xmm0, [rsi]
    Share{1, "\xC5\xFE\x7F\x07"sv},                              // vmovdqu [rdi], ymm0
};

}  // namespace

MmioMix::MmioMix(std::size_t count) : bytes_(count * slot_size, 0x90) {
  std::vector<std::string_view> pool;
  for (Share const& share : shares) pool.insert(pool.end(), share.parts, share.bytes);
  std::uint64_t state = 2026;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;  // Knuth's MMIX
    std::string_view const bytes = pool[(state >> 33U) % pool.size()];
    std::copy(bytes.begin(), bytes.end(),
              bytes_.begin() + static_cast<std::ptrdiff_t>(i * slot_size));
  }
}

}  // namespace acrn::bench
