// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/zydis/sweep.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace acrn::tests {

namespace {

/// SIB with base, index and scale; then a displacement and an immediate with distinct bytes.
constexpr std::array<std::uint8_t, 12> tail{0x91, 0x82, 0x13, 0x24, 0x85, 0x06,
                                            0x17, 0x28, 0x39, 0x4A, 0x5B, 0x6C};

class Sweep {
 public:
  explicit Sweep(std::function<void(ByteString const&)> const& visit) : visit_{visit} {}

  void legacy(core::CodeSize code) {
    for (unsigned const prefix : {0U, 0x66U, 0xF3U, 0xF2U, 0xF0U}) {
      for (unsigned map = 0; map < 4; ++map) {
        legacy_map(code, prefix, 0, map);
        if (code == core::CodeSize::bits64) legacy_map(code, prefix, 0x48, map);
      }
    }
  }

  void vex(core::CodeSize code) {
    for (unsigned map = 0; map < 4; ++map) {
      for (unsigned last = 0; last < 256; ++last) {
        unsigned const third_operand = (last >> 3U) & 15U;  // inverted: 15 is none
        bool const ours = map == 1 || map == 2;
        if (third_operand != 15 && !(third_operand == 14 && ours)) continue;
        begin(code);
        put(0xC4);
        put(0xE0U | map);
        put(last);
        opcodes();
      }
    }
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  void begin(core::CodeSize code) {
    head_ = ByteString{};
    head_.code = code;
  }
  void put(unsigned byte) { head_.data[head_.size++] = static_cast<std::uint8_t>(byte); }

  void legacy_map(core::CodeSize code, unsigned prefix, unsigned rex, unsigned map) {
    begin(code);
    if (prefix != 0) put(prefix);
    if (rex != 0) put(rex);
    if (map > 0) put(0x0F);
    if (map > 1) put(map == 2 ? 0x38 : 0x3A);
    opcodes();
  }

  /// All opcodes and ModRM bytes behind what has been put.
  void opcodes() {
    ByteString input = head_;
    input.size = ByteString::size_max;
    std::copy(tail.begin(), tail.end(), input.data.begin() + head_.size + 2);
    for (unsigned opcode = 0; opcode < 256; ++opcode) {
      input.data[head_.size] = static_cast<std::uint8_t>(opcode);
      for (unsigned modrm = 0; modrm < 256; ++modrm) {
        input.data[head_.size + 1] = static_cast<std::uint8_t>(modrm);
        visit_(input);
        ++count_;
      }
    }
  }

  std::function<void(ByteString const&)> const& visit_;
  ByteString head_;
  std::uint64_t count_{};
};

}  // namespace

std::uint64_t sweep(std::function<void(ByteString const&)> const& visit) {
  Sweep all{visit};
  for (auto const code : {core::CodeSize::bits16, core::CodeSize::bits32, core::CodeSize::bits64}) {
    all.legacy(code);
    all.vex(code);
  }
  return all.count();
}

}  // namespace acrn::tests
