// SPDX-License-Identifier: BSD-3-Clause
#include "tests/golden/golden_rows.hpp"

#include <array>
#include <bit>

namespace acrn::tests {

namespace {

/// Knuth's MMIX generator: the same numbers everywhere, for ever.
class Numbers {
 public:
  std::uint64_t next() {
    state_ = state_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    return state_ >> 24U;
  }
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }

 private:
  std::uint64_t state_{2026};
};

traces::AccessRow make_access(Numbers& numbers, std::uint64_t sequence, std::uint64_t time) {
  traces::AccessRow row;
  row.sequence = sequence;
  row.time = time;
  row.access.space = static_cast<core::Space>(numbers.below(4));
  row.access.direction = static_cast<core::Direction>(numbers.below(2));
  row.access.size = static_cast<std::uint8_t>(1U << numbers.below(4));
  row.access.address = sequence % 7 == 0 ? ~std::uint64_t{0} : 0xFEC0'0000 + numbers.below(4096);
  row.access.value = core::truncate(numbers.next() << 20U, row.access.size);
  if (sequence % 5 == 3) {
    row.value_known = false;
    row.access.value = 0;
  }
  if (sequence % 11 == 2) row.count = static_cast<std::uint32_t>(2 + numbers.below(1000));
  row.handling = static_cast<traces::Handling>(numbers.below(5));
  row.client = static_cast<traces::ClientId>(numbers.below(3));
  if (sequence % 3 != 0) row.exit = sequence / 2;
  row.stages[0] = time;
  if (sequence % 4 == 1) row.stages[9] = time + numbers.below(100'000);
  if (sequence == 6) row.stages[15] = time - 1;
  return row;
}

traces::ExitRow make_exit(Numbers& numbers, std::uint64_t number, std::uint64_t time) {
  traces::ExitRow row;
  row.time_in = time;
  if (number % 4 != 3) row.time_out = time + numbers.below(5000);
  row.reason = number % 2 == 0 ? 30 : 48;
  if (number % 3 != 2) row.qualification = numbers.next();
  if (number % 5 != 4) row.rip = 0xFFFF'FFFF'8100'0000 + numbers.below(1U << 20U);
  if (number % 2 == 0) row.length = static_cast<std::uint8_t>(1 + numbers.below(15));
  if (number % 7 != 0) row.vm_seq = number;
  row.register_mask = static_cast<std::uint32_t>(numbers.below(1U << 16U));
  for (int i = 0; i < std::popcount(row.register_mask); ++i) {
    row.registers_read.push_back(numbers.next());
  }
  row.written_mask = number % 2 == 0 ? 1 : 0;
  for (int i = 0; i < std::popcount(row.written_mask); ++i) row.registers_written.push_back(number);
  for (std::uint64_t i = 0; i < number % 16; ++i) {
    row.instruction_bytes += static_cast<char>(numbers.below(256));
  }
  if (number % 6 == 5) row.guest_ram_read = "ram";
  if (number % 6 == 2) row.entry_state = std::string("\0\xFFstate", 7);
  return row;
}

void write_small_streams(traces::Writer& writer, Numbers& numbers, std::uint64_t time) {
  for (std::uint64_t i = 0; i < 6; ++i) {
    auto const kind = static_cast<std::uint8_t>(i);
    writer.write(0, 0,
                 traces::SlotRow{.time = time + i,
                                 .access = i,
                                 .from = static_cast<std::uint8_t>((kind + 3) % 4),
                                 .to = static_cast<std::uint8_t>(kind % 4),
                                 .actor = static_cast<std::uint8_t>(1 + kind % 3)});
    traces::InjectRow inject;
    inject.time = time + 10 * i;
    if (i % 2 == 0) inject.after_exit = i;
    inject.position = 3 * i;
    inject.vector = static_cast<std::uint8_t>(numbers.below(256));
    inject.type = static_cast<std::uint8_t>(i % 3);
    if (i % 3 == 1) inject.error_code = static_cast<std::uint32_t>(numbers.below(1U << 30U));
    inject.origin = static_cast<std::uint8_t>(i % 4);
    writer.write(0, 1, inject);
    writer.write(9, 0,
                 traces::InputRow{.time = time + 100 * i,
                                  .position = i,
                                  .kind = static_cast<traces::InputKind>(1 + i % 5),
                                  .target = numbers.below(256),
                                  .payload = numbers.next()});
  }
}

}  // namespace

traces::CaptureInfo golden_info() {
  traces::CaptureInfo info;
  info.clock = {.kind = "tsc",
                .hz_numerator = 2'994'373'000,
                .hz_denominator = 1,
                .resolution = 2,
                .epoch = 5};
  info.profile = "acrn";
  info.cpu = "vmx made up";
  info.vms = {{.id = 0, .vcpus = 2}, {.id = 9, .vcpus = 1}};
  info.source = {.dialect = "golden",
                 .file = "golden_rows.cpp",
                 .crc32c = 0x1234'5678,
                 .used = 90,
                 .ignored = 2,
                 .rejected = 1,
                 .lost = 12};
  info.never_recorded = {"access.stages.1", "exit.entry_state"};
  return info;
}

void write_golden(traces::Writer& writer) {
  Numbers numbers;
  writer.client("uart");
  std::uint64_t time = 1'000'000;
  for (std::uint64_t i = 0; i < 40; ++i) {
    time += numbers.below(10'000);
    auto const vcpu = static_cast<std::uint16_t>(numbers.below(2));
    if (i == 20) writer.client("virtio-blk \xC3\xA9");
    if (i == 30) writer.lost(0, vcpu, 5);
    writer.write(0, vcpu, make_access(numbers, i, time));
    if (i % 2 == 0) writer.write(0, vcpu, make_exit(numbers, i / 2, time));
    if (i % 8 == 0) writer.write(9, 0, make_access(numbers, i / 8 * 3, time));
  }
  write_small_streams(writer, numbers, time);
  writer.lost(9, 0, 7);
}

void write_golden_v2(traces::Writer& writer) {
  write_golden(writer);
  Numbers numbers;
  std::uint64_t time = 5'000'000;
  constexpr std::uint64_t first_access = 40;
  for (std::uint64_t i = 0; i < 24; ++i) {
    traces::AccessRow access = make_access(numbers, first_access + i, time);
    std::uint64_t stamp = time;
    for (std::size_t stage = 2; stage <= 13; ++stage) {
      stamp += numbers.below(500);
      access.stages[stage] = stamp;
    }
    writer.write(0, 0, access);
    for (std::uint8_t from = 0; from < 4; ++from) {
      // Of each fourth request nobody saw the end.
      if (i % 4 == 3 && from == 3) continue;
      constexpr std::array<std::uint8_t, 4> order{3, 0, 2, 1};  // FREE to FREE again
      writer.write(0, 0,
                   traces::SlotRow{.time = access.stages[2 + 3 * std::size_t{from}],
                                   .access = first_access + i,
                                   .from = order[from],
                                   .to = order[(from + 1U) % 4],
                                   .actor = static_cast<std::uint8_t>(1 + from % 3)});
    }
    traces::InputRow input{.time = stamp,
                           .position = i,
                           .kind = static_cast<traces::InputKind>(1 + i % 4),
                           .target = numbers.below(256),
                           .payload = numbers.next()};
    if (i % 5 != 0) input.after_exit = i;
    writer.write(0, 0, input);
    time = stamp + numbers.below(10'000);
  }
}

}  // namespace acrn::tests
