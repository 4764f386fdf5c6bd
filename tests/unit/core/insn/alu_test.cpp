// SPDX-License-Identifier: BSD-3-Clause
#include "core/insn/alu.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace acrn::core {
namespace {

static_assert(alu(Operation::add, {0xff, 1, 1, 0}) ==
              AluResult{0, rflags::carry | rflags::parity | rflags::adjust | rflags::zero});
static_assert(alu(Operation::sub, {0, 1, 4, 0}).value == 0xffff'ffff);
static_assert(alu(Operation::inc, {0xffff, 0, 2, rflags::carry}).flags ==
              (rflags::carry | rflags::parity | rflags::adjust | rflags::zero));
static_assert(alu(Operation::shl, {0x80, 0, 1, status_flags}) == AluResult{0x80, status_flags});
static_assert(alu(Operation::bit_not, {0x0f, 0, 1, status_flags}) == AluResult{0xf0, status_flags});
static_assert(alu(Operation::mov, {1, 0x1234, 1, 7}) == AluResult{0x34, 7});
static_assert(swap_bytes(0x1122'3344'5566'7788, 2) == 0x8877);
static_assert(swap_bytes(0x1122'3344'5566'7788, 4) == 0x8877'6655);
static_assert(swap_bytes(0x1122'3344'5566'7788, 8) == 0x8877'6655'4433'2211);

/// What the CPU under this test computes.
struct Native {
  std::uint64_t value;
  std::uint64_t flags;
};
using NativeFunction = Native (*)(std::uint64_t a, std::uint64_t b, std::uint64_t flags);

// The stack pointer is moved past the red zone, where the compiler may keep what it likes.
#define ACRN_NATIVE(instruction)                                          \
  [](std::uint64_t a, std::uint64_t b, std::uint64_t flags) -> Native {   \
    asm("lea -128(%%rsp), %%rsp\n\tpush %[flags]\n\tpopf\n\t" instruction \
        "\n\tpushf\n\tpop %[flags]\n\tlea 128(%%rsp), %%rsp"              \
        : [a] "+r"(a), [flags] "+r"(flags), "+c"(b)                       \
        :                                                                 \
        : "cc", "memory");                                                \
    return {a, flags};                                                    \
  }
#define ACRN_BINARY(name)                                                      \
  {                                                                            \
    ACRN_NATIVE(name "b %%cl, %b[a]"), ACRN_NATIVE(name "w %%cx, %w[a]"),      \
        ACRN_NATIVE(name "l %%ecx, %k[a]"), ACRN_NATIVE(name "q %%rcx, %q[a]") \
  }
#define ACRN_UNARY(name)                                                                   \
  {                                                                                        \
    ACRN_NATIVE(name "b %b[a]"), ACRN_NATIVE(name "w %w[a]"), ACRN_NATIVE(name "l %k[a]"), \
        ACRN_NATIVE(name "q %q[a]")                                                        \
  }
#define ACRN_SHIFT(name)                                                     \
  {                                                                          \
    ACRN_NATIVE(name "b %%cl, %b[a]"), ACRN_NATIVE(name "w %%cl, %w[a]"),    \
        ACRN_NATIVE(name "l %%cl, %k[a]"), ACRN_NATIVE(name "q %%cl, %q[a]") \
  }
#define ACRN_BIT(name)                                                              \
  {                                                                                 \
    nullptr, ACRN_NATIVE(name "w %%cx, %w[a]"), ACRN_NATIVE(name "l %%ecx, %k[a]"), \
        ACRN_NATIVE(name "q %%rcx, %q[a]")                                          \
  }

struct Row {
  char const* name;
  Operation operation;
  std::array<NativeFunction, 4> native;  ///< for 1, 2, 4 and 8 bytes
};

Row const rows[] = {
    {"add", Operation::add, ACRN_BINARY("add")},    {"adc", Operation::adc, ACRN_BINARY("adc")},
    {"sub", Operation::sub, ACRN_BINARY("sub")},    {"sbb", Operation::sbb, ACRN_BINARY("sbb")},
    {"cmp", Operation::cmp, ACRN_BINARY("cmp")},    {"and", Operation::bit_and, ACRN_BINARY("and")},
    {"or", Operation::bit_or, ACRN_BINARY("or")},   {"xor", Operation::bit_xor, ACRN_BINARY("xor")},
    {"test", Operation::test, ACRN_BINARY("test")}, {"xadd", Operation::xadd, ACRN_BINARY("xadd")},
    {"inc", Operation::inc, ACRN_UNARY("inc")},     {"dec", Operation::dec, ACRN_UNARY("dec")},
    {"not", Operation::bit_not, ACRN_UNARY("not")}, {"neg", Operation::neg, ACRN_UNARY("neg")},
    {"shl", Operation::shl, ACRN_SHIFT("shl")},     {"shr", Operation::shr, ACRN_SHIFT("shr")},
    {"sar", Operation::sar, ACRN_SHIFT("sar")},     {"rol", Operation::rol, ACRN_SHIFT("rol")},
    {"ror", Operation::ror, ACRN_SHIFT("ror")},     {"bt", Operation::bt, ACRN_BIT("bt")},
    {"bts", Operation::bts, ACRN_BIT("bts")},       {"btr", Operation::btr, ACRN_BIT("btr")},
    {"btc", Operation::btc, ACRN_BIT("btc")},
};

constexpr std::array<std::uint64_t, 28> edges{0,
                                              1,
                                              2,
                                              3,
                                              7,
                                              8,
                                              9,
                                              15,
                                              16,
                                              17,
                                              31,
                                              32,
                                              33,
                                              63,
                                              64,
                                              0x7f,
                                              0x80,
                                              0xff,
                                              0x7fff,
                                              0x8000,
                                              0xffff,
                                              0x7fff'ffff,
                                              0x8000'0000,
                                              0xffff'ffff,
                                              0x5a5a'c3c3'0ff0'9669,
                                              0x7fff'ffff'ffff'ffff,
                                              0x8000'0000'0000'0000,
                                              0xffff'ffff'ffff'ffff};

/// CMP and TEST store nothing; the CPU keeps its operand.
bool stores(Operation operation) {
  return operation != Operation::cmp && operation != Operation::test && operation != Operation::bt;
}

void compare(Row const& row, unsigned size_log2, std::uint64_t a, std::uint64_t b) {
  auto const size = static_cast<std::uint8_t>(1U << size_log2);
  for (std::uint64_t const flags : {rflags::fixed, rflags::fixed | status_flags}) {
    Native const native = row.native.at(size_log2)(a, b, flags);
    AluResult const ours = alu(row.operation, {a, b, size, flags});
    if (stores(row.operation)) {
      ASSERT_EQ(ours.value, truncate(native.value, size))
          << row.name << int{size} << std::hex << " a=" << a << " b=" << b << " flags=" << flags;
    }
    ASSERT_EQ(ours.flags & ours.defined, native.flags & ours.defined)
        << row.name << int{size} << std::hex << " a=" << a << " b=" << b << " flags=" << flags;
    ASSERT_EQ(ours.flags & ~status_flags, flags & ~status_flags) << row.name;
  }
}

TEST(Alu, ComputesWhatTheCpuComputesAtTheEdges) {
  for (Row const& row : rows) {
    for (unsigned size_log2 = 0; size_log2 < 4; ++size_log2) {
      if (row.native.at(size_log2) == nullptr) continue;  // there is no BT of a byte
      for (std::uint64_t const a : edges) {
        for (std::uint64_t const b : edges) {
          ASSERT_NO_FATAL_FAILURE(compare(row, size_log2, a, b));
        }
      }
    }
  }
}

TEST(Alu, ComputesWhatTheCpuComputesForAllBytes) {
  for (Row const& row : rows) {
    if (row.native[0] == nullptr) continue;
    for (std::uint64_t a = 0; a < 256; ++a) {
      for (std::uint64_t b = 0; b < 256; ++b) {
        ASSERT_NO_FATAL_FAILURE(compare(row, 0, a, b));
      }
    }
  }
}

TEST(Alu, NamesAsUndefinedWhatTheSdmDoes) {
  auto const undefined = [](Operation operation, std::uint64_t count, std::uint8_t size) {
    return status_flags & ~alu(operation, {1, count, size, 0}).defined;
  };
  EXPECT_EQ(undefined(Operation::bit_and, 1, 4), rflags::adjust);
  EXPECT_EQ(undefined(Operation::add, 1, 4), 0U);
  EXPECT_EQ(undefined(Operation::shl, 32, 4), 0U) << "a count of 0 after masking";
  EXPECT_EQ(undefined(Operation::shl, 1, 4), rflags::adjust);
  EXPECT_EQ(undefined(Operation::shr, 2, 4), rflags::adjust | rflags::overflow);
  EXPECT_EQ(undefined(Operation::shl, 8, 1), rflags::adjust | rflags::overflow | rflags::carry);
  EXPECT_EQ(undefined(Operation::sar, 8, 1), rflags::adjust | rflags::overflow);
  EXPECT_EQ(undefined(Operation::rol, 1, 4), 0U);
  EXPECT_EQ(undefined(Operation::ror, 2, 4), rflags::overflow);
  EXPECT_EQ(undefined(Operation::bt, 3, 4),
            rflags::overflow | rflags::sign | rflags::adjust | rflags::parity);
}

TEST(Condition, HoldsByTheFlagsOfTheSdmsTable) {
  for (std::uint64_t pattern = 0; pattern < 32; ++pattern) {
    bool const cf = (pattern & 1U) != 0;
    bool const zf = (pattern & 2U) != 0;
    bool const sf = (pattern & 4U) != 0;
    bool const of = (pattern & 8U) != 0;
    bool const pf = (pattern & 16U) != 0;
    std::uint64_t const flags = flag_if(rflags::carry, cf) | flag_if(rflags::zero, zf) |
                                flag_if(rflags::sign, sf) | flag_if(rflags::overflow, of) |
                                flag_if(rflags::parity, pf);
    std::array<bool, 8> const expected{of, cf, zf, cf || zf, sf, pf, sf != of, zf || sf != of};
    for (unsigned code = 0; code < 16; ++code) {
      EXPECT_EQ(holds(static_cast<Condition>(code), flags), expected[code / 2] != (code % 2 == 1))
          << code << " with pattern " << pattern;
    }
  }
}

}  // namespace
}  // namespace acrn::core
