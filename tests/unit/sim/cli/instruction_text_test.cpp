// SPDX-License-Identifier: BSD-3-Clause
// Tests of instructions in words.
#include "sim/cli/instruction_text.hpp"

#include <gtest/gtest.h>

#include "core/insn/decoder.hpp"
#include "sim/cli/explain_input.hpp"

namespace acrn::cli {
namespace {

using core::CodeSize;

std::string text(std::string_view bytes, CodeSize mode = CodeSize::bits64) {
  core::Decoded const decoded = core::decode(bytes_argument(bytes), mode);
  EXPECT_EQ(decoded.status, core::DecodeStatus::decoded) << bytes;
  return instruction_text(decoded.instruction);
}

TEST(InstructionText, NamesRegistersBySize) {
  EXPECT_EQ(text("88 08"), "MOV byte DS:[RAX], CL");
  EXPECT_EQ(text("88 20"), "MOV byte DS:[RAX], AH");
  EXPECT_EQ(text("40 88 20"), "MOV byte DS:[RAX], SPL");
  EXPECT_EQ(text("66 89 30"), "MOV word DS:[RAX], SI");
  EXPECT_EQ(text("89 30"), "MOV dword DS:[RAX], ESI");
  EXPECT_EQ(text("48 89 30"), "MOV qword DS:[RAX], RSI");
  EXPECT_EQ(text("44 88 00"), "MOV byte DS:[RAX], R8B");
  EXPECT_EQ(text("66 44 89 38"), "MOV word DS:[RAX], R15W");
  EXPECT_EQ(text("44 89 38"), "MOV dword DS:[RAX], R15D");
  EXPECT_EQ(text("4c 89 38"), "MOV qword DS:[RAX], R15");
}

TEST(InstructionText, NamesAddresses) {
  EXPECT_EQ(text("8b 44 8b f0"), "MOV EAX, dword DS:[RBX+RCX*4-0x10]");
  EXPECT_EQ(text("8b 45 08"), "MOV EAX, dword SS:[RBP+0x8]");
  EXPECT_EQ(text("8b 05 10 00 00 00"), "MOV EAX, dword DS:[RIP+0x10]");
  EXPECT_EQ(text("67 8b 05 10 00 00 00"), "MOV EAX, dword DS:[EIP+0x10]");
  EXPECT_EQ(text("8b 04 25 00 00 c0 fe"), "MOV EAX, dword DS:[0xfffffffffec00000]");
  EXPECT_EQ(text("8b 04 25 00 00 c0 fe", CodeSize::bits32), "MOV EAX, dword DS:[0xfec00000]");
  EXPECT_EQ(text("8b 04 cd 00 00 00 00"), "MOV EAX, dword DS:[RCX*8]");
  EXPECT_EQ(text("65 8b 00"), "MOV EAX, dword GS:[RAX]");
  EXPECT_EQ(text("8b 42 04", CodeSize::bits16), "MOV AX, word SS:[BP+SI*1+0x4]");
  EXPECT_EQ(text("a1 00 80", CodeSize::bits16), "MOV AX, word DS:[0x8000]");
  EXPECT_EQ(text("48 8b 80 00 00 00 80"), "MOV RAX, qword DS:[RAX-0x80000000]");
}

TEST(InstructionText, NamesOtherOperands) {
  EXPECT_EQ(text("c7 00 78 56 34 12"), "MOV dword DS:[RAX], 0x12345678");
  EXPECT_EQ(text("d1 20"), "SHL dword DS:[RAX], 0x1");
  EXPECT_EQ(text("d3 28"), "SHR dword DS:[RAX], CL");
  EXPECT_EQ(text("f7 10"), "NOT dword DS:[RAX]");
  EXPECT_EQ(text("3b 00"), "CMP EAX, dword DS:[RAX]");
  EXPECT_EQ(text("39 00"), "CMP dword DS:[RAX], EAX");
  EXPECT_EQ(text("0f b6 00"), "MOVZX EAX, byte DS:[RAX]");
  EXPECT_EQ(text("66 0f 6f 18"), "MOVDQA XMM3, xmmword DS:[RAX]");
  EXPECT_EQ(text("c5 fe 7f 18"), "VMOVDQU ymmword DS:[RAX], YMM3");
  EXPECT_EQ(text("66 0f 7e 18"), "MOVD dword DS:[RAX], XMM3");
}

TEST(InstructionText, NamesPrefixesAndConditions) {
  EXPECT_EQ(text("f0 01 00"), "LOCK ADD dword DS:[RAX], EAX");
  EXPECT_EQ(text("f0 87 00"), "XCHG dword DS:[RAX], EAX") << "which locks anyway";
  EXPECT_EQ(text("f3 a4"), "REP MOVS byte ES:[RDI], byte DS:[RSI]");
  EXPECT_EQ(text("f2 a5"), "REP MOVS dword ES:[RDI], dword DS:[RSI]");
  EXPECT_EQ(text("f3 a6"), "REPE CMPS byte DS:[RSI], byte ES:[RDI]");
  EXPECT_EQ(text("f2 ae"), "REPNE SCAS AL, byte ES:[RDI]");
  EXPECT_EQ(text("67 aa"), "STOS byte ES:[EDI], AL");
  EXPECT_EQ(text("ad"), "LODS EAX, dword DS:[RSI]");
  EXPECT_EQ(text("0f 94 00"), "SETE byte DS:[RAX]");
  EXPECT_EQ(text("0f 4f 00"), "CMOVG EAX, dword DS:[RAX]");
}

}  // namespace
}  // namespace acrn::cli
