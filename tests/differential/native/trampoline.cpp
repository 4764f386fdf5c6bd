// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/native/trampoline.hpp"

#include <cstddef>

#include "tests/differential/native/context.hpp"

namespace acrn::tests {

namespace {

constexpr unsigned rsp = 4;
/// Segment registers as MOV names them.
constexpr unsigned sreg_es = 0;
constexpr unsigned sreg_ss = 2;
constexpr unsigned sreg_ds = 3;
constexpr unsigned sreg_gs = 5;

/// Writes the parts of one trampoline.
class Maker {
 public:
  Maker(Emitter& out, Region const& region, TrampolineKind kind)
      : out_{out}, region_{region}, kind_{kind} {}

  Trampoline make() {
    Trampoline result{.entry = out_.address()};
    enter_from_host();
    if (kind_.code == core::CodeSize::bits64) {
      load64();
      result.leave = out_.address();
      store64();
    } else {
      result.leave = through_compatibility_mode();
    }
    leave_to_host();
    result.compatibility = compatibility_;
    return result;
  }

 private:
  [[nodiscard]] std::uint32_t at(std::size_t offset) const {
    return region_.address(place::context + static_cast<std::uint32_t>(offset));
  }
  [[nodiscard]] std::uint32_t stack_top() const {
    return at(offsetof(Context, stack) + sizeof(Context::stack));
  }
  static std::size_t element(std::size_t array, unsigned index) { return array + index * 8U; }

  void move64(unsigned opcode, unsigned reg, std::size_t offset) {
    out_.put({reg < 8 ? 0x48U : 0x4CU, opcode});
    out_.absolute64(reg, at(offset));
  }
  void move32(unsigned opcode, unsigned reg, std::size_t offset) {
    out_.put({opcode});
    out_.absolute32(reg, at(offset));
  }

  /// VMOVDQU or MOVDQU of all vector registers; opcode 6F loads, 7F stores.
  void move_vectors(unsigned opcode) {
    if (kind_.vectors == VectorWidth::none) return;
    for (unsigned i = 0; i < 16; ++i) {
      if (kind_.vectors == VectorWidth::ymm) {
        out_.put({0xC5, i < 8 ? 0xFEU : 0x7EU, opcode});
      } else {
        out_.put({0xF3, i < 8 ? 0x40U : 0x44U, 0x0F, opcode});
      }
      out_.absolute64(i, at(offsetof(Context, vectors) + i * sizeof(core::VectorValue)));
    }
  }

  void enter_from_host() {
    out_.put({0x53, 0x55, 0x41, 0x54, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57});  // rbx rbp r12 to r15
    move64(0x89, rsp, offsetof(Context, host_stack));
    move_vectors(0x6F);
  }

  void leave_to_host() {
    out_.put({0xFC});  // CLD
    move_vectors(0x7F);
    if (kind_.vectors == VectorWidth::ymm) out_.put({0xC5, 0xF8, 0x77});  // VZEROUPPER
    move64(0x8B, rsp, offsetof(Context, host_stack));
    out_.put({0x41, 0x5F, 0x41, 0x5E, 0x41, 0x5D, 0x41, 0x5C, 0x5D, 0x5B, 0xC3});
  }

  void load64() {
    out_.put({0x8E});
    out_.absolute64(sreg_gs, at(offsetof(Context, gs)));
    out_.put({0x48, 0xC7, 0xC4});  // MOV RSP
    out_.put32(stack_top());
    out_.put({0xFF});  // PUSH
    out_.absolute64(6, at(offsetof(Context, flags_before)));
    out_.put({0x9D});  // POPFQ
    for (unsigned reg = 0; reg < 16; ++reg) {
      move64(0x8B, reg, element(offsetof(Context, before), reg));
    }
    out_.jump(region_.address(place::slot));
  }

  void store64() {
    for (unsigned reg = 0; reg < 16; ++reg) {
      move64(0x89, reg, element(offsetof(Context, after), reg));
    }
    out_.put({0x48, 0xC7, 0xC4});
    out_.put32(stack_top());
    out_.put({0x9C, 0x8F});  // PUSHFQ, POP
    out_.absolute64(0, at(offsetof(Context, flags_after)));
  }

  /// 64-bit code hands over to 32-bit code, that to the slot, and back again. Answers where the
  /// slot has to go.
  std::uint32_t through_compatibility_mode() {
    out_.put({0x8E});
    out_.absolute64(sreg_ds, at(offsetof(Context, flat)));
    out_.put({0xFF});  // JMP FAR
    out_.absolute64(5, at(offsetof(Context, compatibility)));
    compatibility_ = out_.address();
    load32();
    std::uint32_t const leave = out_.address();
    store32();
    // Seven bytes of a far jump, then 64-bit code.
    out_.far_jump(out_.address() + 7, selector::code64);
    return leave;
  }

  void load32() {
    out_.put({0xBC});  // MOV ESP
    out_.put32(stack_top());
    out_.put({0xFF});
    out_.absolute32(6, at(offsetof(Context, flags_before)));
    out_.put({0x9D});  // POPFD
    for (unsigned reg = 0; reg < 8; ++reg) {
      if (reg != rsp) move32(0x8B, reg, element(offsetof(Context, before), reg));
    }
    move32(0x8E, sreg_es, offsetof(Context, es));
    move32(0x8E, sreg_gs, offsetof(Context, gs));
    move32(0x8E, sreg_ss, offsetof(Context, ss));
    move32(0x8B, rsp, element(offsetof(Context, before), rsp));
    move32(0x8E, sreg_ds, offsetof(Context, ds));
    std::uint64_t const slot = region_.address(place::slot) - region_.code_state(kind_.code).base;
    out_.far_jump(static_cast<std::uint32_t>(slot), Region::code_selector(kind_.code));
  }

  void store32() {
    out_.put({0x2E});  // by CS, for DS is the case's
    move32(0x8E, sreg_ds, offsetof(Context, flat));
    move32(0x89, rsp, element(offsetof(Context, after), rsp));
    move32(0x8E, sreg_ss, offsetof(Context, flat));
    for (unsigned reg = 0; reg < 8; ++reg) {
      if (reg != rsp) move32(0x89, reg, element(offsetof(Context, after), reg));
    }
    out_.put({0xBC});
    out_.put32(stack_top());
    out_.put({0x9C, 0x8F});  // PUSHFD, POP
    out_.absolute32(0, at(offsetof(Context, flags_after)));
  }

  Emitter& out_;
  Region const& region_;
  TrampolineKind kind_;
  std::uint32_t compatibility_{};
};

}  // namespace

Trampoline make_trampoline(Emitter& out, Region const& region, TrampolineKind kind) {
  return Maker{out, region, kind}.make();
}

void fill_slot(Region const& region, core::CodeSize code, std::span<std::uint8_t const> bytes,
               Trampoline const& trampoline) {
  Emitter slot{region.bytes(place::slot), region.address(place::slot)};
  for (std::uint8_t const byte : bytes) slot.put({byte});
  if (code == core::CodeSize::bits64) {
    slot.jump(trampoline.leave);
    return;
  }
  if (code == core::CodeSize::bits16) slot.put({0x66});  // the far jump's offset has 32 bits
  slot.far_jump(trampoline.leave, selector::code32);
}

}  // namespace acrn::tests
