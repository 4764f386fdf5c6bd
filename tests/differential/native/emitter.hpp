// SPDX-License-Identifier: BSD-3-Clause
// Writes machine code: the few instructions of which trampolines consist.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace acrn::tests {

/// Appends to code at `bytes`, which the CPU sees at `address`. The absolute addresses of operands
/// are below 2 GiB.
class Emitter {
 public:
  Emitter(std::uint8_t* bytes, std::uint32_t address) : bytes_{bytes}, address_{address} {}

  /// Where the next byte goes.
  [[nodiscard]] std::uint32_t address() const { return address_; }

  void put(std::initializer_list<unsigned> bytes) {
    for (unsigned const byte : bytes) put8(byte);
  }
  void put16(std::uint32_t value) { put({value & 0xffU, value >> 8U & 0xffU}); }
  void put32(std::uint32_t value) {
    put16(value & 0xffffU);
    put16(value >> 16U);
  }

  /// ModRM and what follows for [address] in 64-bit code, where ModRM alone is relative to RIP.
  void absolute64(unsigned reg, std::uint32_t operand) {
    put({(reg & 7U) << 3U | 4U, 0x25});
    put32(operand);
  }
  /// The same in 32-bit code.
  void absolute32(unsigned reg, std::uint32_t operand) {
    put({reg << 3U | 5U});
    put32(operand);
  }
  /// JMP in 32- and 64-bit code.
  void jump(std::uint32_t target) {
    put({0xE9});
    put32(target - (address_ + 4));
  }
  /// JMP to another code segment, in 32-bit code.
  void far_jump(std::uint32_t target, std::uint16_t selector) {
    put({0xEA});
    put32(target);
    put16(selector);
  }

 private:
  void put8(unsigned byte) {
    *bytes_++ = static_cast<std::uint8_t>(byte);
    ++address_;
  }

  std::uint8_t* bytes_;
  std::uint32_t address_;
};

}  // namespace acrn::tests
