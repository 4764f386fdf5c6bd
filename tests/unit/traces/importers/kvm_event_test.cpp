// SPDX-License-Identifier: BSD-3-Clause
// Every form in which kernels and tools print the messages that an import uses.
#include "traces/importers/kvm_event.hpp"

#include <gtest/gtest.h>

#include <string>

namespace acrn::traces {
namespace {

using core::Direction;

template <class Message>
Message parsed(char const* event, char const* message) {
  KvmParse const result = parse_kvm_message(event, message);
  EXPECT_EQ(result.refused, nullptr) << message;
  EXPECT_TRUE(std::holds_alternative<Message>(result.message)) << message;
  auto const* const found = std::get_if<Message>(&result.message);
  return found == nullptr ? Message{} : *found;
}

struct PioRow {
  char const* message;
  Direction direction;
  std::uint16_t port;
  std::uint8_t size;
  std::uint32_t count;
  std::optional<std::uint64_t> value;
};

TEST(KvmPio, IsReadInEveryForm) {
  for (PioRow const& row : {
           PioRow{"pio_write at 0x3f8 size 1 count 1 val 0xd", Direction::write, 0x3f8, 1, 1, 0xd},
           PioRow{"pio_read at 0xc13e size 2 count 1", Direction::read, 0xc13e, 2, 1, {}},
           PioRow{"pio_read at 0x1f0 size 4 count 128 val 0x5a000040 (...)", Direction::read, 0x1f0,
                  4, 128, 0x5a000040},
           PioRow{"pio_read  at 0x71 size 1 val 0x0", Direction::read, 0x71, 1, 1, 0},
           PioRow{"rw=1 port=0x70 size=1 count=1 val=0x8f", Direction::write, 0x70, 1, 1, 0x8f},
           PioRow{"rw=0 port=112 size=1 count=2 val=16", Direction::read, 0x70, 1, 2, 16},
           PioRow{"pio_write at 0xffff size 1 count 1 val 0x1ff", Direction::write, 0xffff, 1, 1,
                  0x1ff},
       }) {
    auto const pio = parsed<KvmPio>("kvm_pio", row.message);
    EXPECT_EQ(pio.direction, row.direction) << row.message;
    EXPECT_EQ(pio.port, row.port) << row.message;
    EXPECT_EQ(pio.size, row.size) << row.message;
    EXPECT_EQ(pio.count, row.count) << row.message;
    EXPECT_EQ(pio.value, row.value) << row.message;
  }
}

TEST(KvmMmio, IsReadInEveryForm) {
  auto const write = parsed<KvmMmio>("kvm_mmio", "mmio write len 4 gpa 0xfee000b0 val 0x0");
  EXPECT_EQ(write.type, MmioType::write);
  EXPECT_EQ(write.length, 4);
  EXPECT_EQ(write.gpa, 0xfee000b0U);
  EXPECT_EQ(parsed<KvmMmio>("kvm_mmio", "mmio read len 8 gpa 0x1000 val 0x123456789abcdef0").value,
            0x123456789abcdef0U);
  EXPECT_EQ(parsed<KvmMmio>("kvm_mmio", "mmio unsatisfied-read len 1 gpa 0xd val 0x0").type,
            MmioType::unsatisfied_read);
  auto const raw = parsed<KvmMmio>("kvm_mmio", "type=0 len=2 gpa=0xfec00000 val=0x0");
  EXPECT_EQ(raw.type, MmioType::unsatisfied_read);
  EXPECT_EQ(raw.length, 2);
  EXPECT_EQ(raw.gpa, 0xfec00000U);
  EXPECT_EQ(parsed<KvmFastMmio>("kvm_fast_mmio", "fast mmio at gpa 0xfe003000").gpa, 0xfe003000U);
  EXPECT_EQ(parsed<KvmFastMmio>("kvm_fast_mmio", "gpa=0xfe003000").gpa, 0xfe003000U);
}

TEST(KvmUserspaceExit, NamesIoMmioAndTheRest) {
  struct Row {
    char const* message;
    UserspaceReason reason;
  };
  for (Row const& row : {Row{"reason KVM_EXIT_IO (2)", UserspaceReason::io},
                         Row{"reason KVM_EXIT_MMIO (6)", UserspaceReason::mmio},
                         Row{"reason restart (-4)", UserspaceReason::other},
                         Row{"reason restart (2)", UserspaceReason::other},
                         Row{"reason KVM_EXIT_INTR (10)", UserspaceReason::other},
                         Row{"reason KVM_EXIT_IOAPIC_EOI (26)", UserspaceReason::other},
                         Row{"reason=2 errno=0", UserspaceReason::io},
                         Row{"reason=6 errno=0", UserspaceReason::mmio},
                         Row{"reason=2 errno=-4", UserspaceReason::other}}) {
    EXPECT_EQ(parsed<KvmUserspaceExit>("kvm_userspace_exit", row.message).reason, row.reason)
        << row.message;
  }
}

struct ExitMessage {
  char const* message;
  char const* reason;
  std::optional<std::uint64_t> vcpu, rip, info1;
};

TEST(KvmExit, IsReadInEveryForm) {
  for (ExitMessage const& row : {
           ExitMessage{"reason apic_access rip 0xc011518c", "apic_access", {}, 0xc011518c, {}},
           ExitMessage{"reason IO_INSTRUCTION rip 0xff info e90008 0",
                       "IO_INSTRUCTION",
                       {},
                       0xff,
                       0xe90008},
           ExitMessage{"vcpu 3 reason EXCEPTION_NMI rip 0xfd0bd info1 0x0000000000000001 info2 "
                       "0x0000000000000413 intr_info 0x80000306 error_code 0x00000000",
                       "EXCEPTION_NMI", 3, 0xfd0bd, 1},
           ExitMessage{
               "vcpu 0 reason npf rip 0x1 info1 0x000000010000000f info2 0x00000000fee00000 "
               "intr_info 0x00000000 error_code 0x00000000 requests 0x0000000000000000",
               "npf", 0, 1, 0x10000000f},
           ExitMessage{
               "reason EXIT_IOIO rip 0xfff0 info 700010 fff2", "EXIT_IOIO", {}, 0xfff0, 0x700010},
           ExitMessage{"reason PF excp rip 0x10 info 0 0", "PF excp", {}, 0x10, 0},
           ExitMessage{"vcpu 1 reason INVALID_STATE FAILED_VMENTRY rip 0x0 info1 0x0",
                       "INVALID_STATE FAILED_VMENTRY", 1, 0, 0},
           ExitMessage{"reason HLT", "HLT", {}, {}, {}},
       }) {
    auto const exit = parsed<KvmExit>("kvm_exit", row.message);
    EXPECT_EQ(exit.reason, row.reason) << row.message;
    EXPECT_EQ(exit.vcpu, row.vcpu) << row.message;
    EXPECT_EQ(exit.rip, row.rip) << row.message;
    EXPECT_EQ(exit.info1, row.info1) << row.message;
  }
  auto const raw = parsed<KvmExit>("kvm_exit",
                                   "exit_reason=30 guest_rip=0xfff0 isa=1 info1=0x700008 info2=0x0 "
                                   "intr_info=0x0 error_code=0x0 vcpu_id=2");
  EXPECT_EQ(raw.number, 30U);
  EXPECT_EQ(raw.vendor, Vendor::vmx);
  EXPECT_EQ(raw.vcpu, 2U);
  EXPECT_EQ(raw.info1, 0x700008U);
  EXPECT_EQ(parsed<KvmExit>("kvm_exit", "exit_reason=123 guest_rip=0x0 isa=2").vendor, Vendor::svm);
}

TEST(KvmEntry, IsReadInEveryForm) {
  EXPECT_EQ(parsed<KvmEntry>("kvm_entry", "vcpu 7").vcpu, 7U);
  EXPECT_EQ(parsed<KvmEntry>("kvm_entry", "vcpu 1, rip 0x110c8d").vcpu, 1U);
  auto const newest = parsed<KvmEntry>(
      "kvm_entry", "vcpu 0, rip 0x1 intr_info 0x80000b0e error_code 0x00000002[immediate exit]");
  EXPECT_EQ(newest.intr_info, 0x80000b0eU);
  EXPECT_EQ(newest.error_code, 2U);
  EXPECT_EQ(parsed<KvmEntry>("kvm_entry", "vcpu_id=5 rip=0x1 immediate_exit=0").vcpu, 5U);
}

TEST(KvmInjection, IsReadInEveryForm) {
  struct Row {
    char const* event;
    char const* message;
    std::uint8_t vector, type;
    std::optional<std::uint32_t> error;
  };
  for (Row const& row :
       {Row{"kvm_inj_virq", "irq 33", 33, 0, {}}, Row{"kvm_inj_virq", "IRQ 0xec", 0xec, 0, {}},
        Row{"kvm_inj_virq", "Soft/INTn 0x80 [reinjected]", 0x80, 4, {}},
        Row{"kvm_inj_virq", "vector=0x30 soft=0 reinjected=0", 0x30, 0, {}},
        Row{"kvm_inj_exception", "#PF (0x2)", 14, 3, 2}, Row{"kvm_inj_exception", "#UD", 6, 3, {}},
        Row{"kvm_inj_exception", "#GP (0x0) [reinjected]", 13, 3, 0},
        Row{"kvm_inj_exception", "exception=14 has_error=1 error_code=0x4", 14, 3, 4}}) {
    auto const injection = parsed<KvmInjection>(row.event, row.message);
    EXPECT_EQ(injection.vector, row.vector) << row.message;
    EXPECT_EQ(injection.type, row.type) << row.message;
    EXPECT_EQ(injection.error_code, row.error) << row.message;
  }
}

TEST(KvmMessage, ImpossibleOnesAreRefusedWithAReason) {
  struct Row {
    char const* event;
    char const* message;
    char const* reason;
  };
  char const* const form = "message is not in a form that this event is printed in";
  for (Row const& row : {
           Row{"kvm_pio", "pio_write at 0x10000 size 1 count 1 val 0", "port number above 0xffff"},
           Row{"kvm_pio", "pio_write at 0x70 size 3 count 1 val 0",
               "size of a port access is not 1, 2 or 4"},
           Row{"kvm_pio", "pio_write at 0x70 size 8 count 1 val 0",
               "size of a port access is not 1, 2 or 4"},
           Row{"kvm_pio", "pio_read at 0x70 size 1 count 0 val 0",
               "element count is 0 or does not fit 32 bits"},
           Row{"kvm_pio", "pio_read at 0x70 size 1 count 4294967296 val 0",
               "element count is 0 or does not fit 32 bits"},
           Row{"kvm_pio", "pio_peek at 0x70 size 1", form},
           Row{"kvm_pio", "", form},
           Row{"kvm_pio", "pio_read at zz size 1", form},
           Row{"kvm_pio", "rw=1 port=0x70", form},
           Row{"kvm_mmio", "mmio write len 0 gpa 0x1000 val 0x0",
               "length of an MMIO access is not 1 to 64"},
           Row{"kvm_mmio", "mmio write len 65 gpa 0x1000 val 0x0",
               "length of an MMIO access is not 1 to 64"},
           Row{"kvm_mmio", "mmio write len 2 gpa 0xfffffffffffff val 0x0",
               "guest-physical address needs more than 52 bits"},
           Row{"kvm_mmio", "mmio write len 4 gpa 0x12345678901234567 val 0x0", form},
           Row{"kvm_mmio", "mmio poke len 4 gpa 0x1 val 0x0", form},
           Row{"kvm_mmio", "type=3 len=4 gpa=0x1 val=0x0", form},
           Row{"kvm_fast_mmio", "fast mmio at gpa 0x10000000000000",
               "guest-physical address needs more than 52 bits"},
           Row{"kvm_fast_mmio", "slow mmio", form},
           Row{"kvm_exit", "rip 0x10", form},
           Row{"kvm_exit", "reason ", form},
           Row{"kvm_entry", "rip 0x10", form},
           Row{"kvm_userspace_exit", "because", form},
           Row{"kvm_set_irq", "gsi x level 0", form},
           Row{"kvm_inj_virq", "IRQ 0x100", "vector above 255"},
           Row{"kvm_inj_virq", "something", form},
           Row{"kvm_inj_exception", "#QQ", form},
       }) {
    KvmParse const result = parse_kvm_message(row.event, row.message);
    EXPECT_STREQ(result.refused, row.reason) << row.event << ": " << row.message;
  }
}

TEST(KvmMessage, OtherEventsAreNotLookedInto) {
  KvmParse const result = parse_kvm_message("kvm_cpuid", "anything at all");
  EXPECT_EQ(result.refused, nullptr);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(result.message));
}

TEST(IoExitWord, DecodesVmxQualifications) {
  struct Row {
    std::uint64_t word;
    std::uint16_t port;
    std::uint8_t size;
    Direction direction;
  };
  for (Row const& row :
       {Row{0x3f80000, 0x3f8, 1, Direction::write}, Row{0x3fd0008, 0x3fd, 1, Direction::read},
        Row{0x5658000b, 0x5658, 4, Direction::read}, Row{0xe90008, 0xe9, 1, Direction::read},
        Row{0x1f00039, 0x1f0, 2, Direction::read}, Row{0x710048, 0x71, 1, Direction::read}}) {
    auto const io = decode_io_exit(Vendor::vmx, row.word);
    ASSERT_TRUE(io) << row.word;
    EXPECT_EQ(io->port, row.port);
    EXPECT_EQ(io->size, row.size);
    EXPECT_EQ(io->direction, row.direction);
  }
}

TEST(IoExitWord, RefusesWhatHardwareCannotReport) {
  for (std::uint64_t const word : {0x00000cf900040008ULL, 0x3f8ULL, 0x3f80002ULL, 0x3f80004ULL,
                                   0x3f80007ULL, 0x3f80080ULL, 0x3f88000ULL, 0x100000000ULL}) {
    EXPECT_FALSE(decode_io_exit(Vendor::vmx, word)) << word;
  }
  for (std::uint64_t const word : {0x3f80000ULL, 0x3f80030ULL, 0x3f80070ULL, 0x1003f80010ULL}) {
    EXPECT_FALSE(decode_io_exit(Vendor::svm, word)) << word;
  }
}

TEST(IoExitWord, DecodesSvmExitInfo) {
  auto const in = decode_io_exit(Vendor::svm, 0x0cfc0241);
  ASSERT_TRUE(in);
  EXPECT_EQ(in->port, 0xcfc);
  EXPECT_EQ(in->size, 4);
  EXPECT_EQ(in->direction, Direction::read);
  auto const out = decode_io_exit(Vendor::svm, 0x00700210);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->size, 1);
  EXPECT_EQ(out->direction, Direction::write);
}

}  // namespace
}  // namespace acrn::traces
