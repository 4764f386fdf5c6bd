// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/access_list.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace acrn::traces {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr AccessListRow port_write{
    .address = 0x3f8, .value = 0x41, .space = 0, .direction = 1, .size = 1, .value_known = 1};
constexpr AccessListRow mmio_read{.address = 0xfeb0'0000,
                                  .value = 0x1122'3344'5566'7788,
                                  .space = 1,
                                  .direction = 0,
                                  .size = 8,
                                  .value_known = 1};

Bytes list_of(std::vector<AccessListRow> const& rows) {
  AccessListHeader const header = access_list_header(rows);
  Bytes bytes(sizeof header + rows.size() * sizeof(AccessListRow));
  std::memcpy(bytes.data(), &header, sizeof header);
  if (!rows.empty()) std::memcpy(bytes.data() + sizeof header, rows.data(), bytes.size() - 24);
  return bytes;
}

TEST(AccessList, ReadsWhatWasWritten) {
  Bytes const bytes = list_of({port_write, mmio_read});
  EXPECT_EQ(bytes.size(), 24U + 2 * 24U);
  auto const list = parse_access_list(bytes);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->count(), 2U);
  EXPECT_EQ(list->row(0), port_write);
  EXPECT_EQ(list->row(1), mmio_read);
  Bytes const none = list_of({});
  ASSERT_TRUE(parse_access_list(none));
  EXPECT_EQ(parse_access_list(none)->count(), 0U);
}

TEST(AccessList, RefusesEveryCut) {
  Bytes const whole = list_of({port_write, mmio_read});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    auto const list = parse_access_list(std::span{whole}.first(size));
    ASSERT_FALSE(list) << size;
    EXPECT_EQ(list.error().problem, size < 8 ? AccessListProblem::magic : AccessListProblem::size);
    EXPECT_EQ(list.error().found, size);
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_EQ(parse_access_list(longer).error(), (AccessListError{AccessListProblem::size, 73, 72}));
}

TEST(AccessList, RefusesEveryChangedByte) {
  Bytes const whole = list_of({port_write, mmio_read});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes changed = whole;
    changed[at] ^= 0x80U;
    EXPECT_FALSE(parse_access_list(changed)) << at;
  }
  Bytes changed = whole;
  changed.back() ^= 1U;
  EXPECT_EQ(parse_access_list(changed).error().problem, AccessListProblem::crc);
}

TEST(AccessList, RefusesALaterVersionAndAHugeCount) {
  Bytes bytes = list_of({port_write});
  bytes[8] = 2;
  EXPECT_EQ(parse_access_list(bytes).error(), (AccessListError{AccessListProblem::version, 2, 1}));
  bytes = list_of({port_write});
  for (std::size_t at = 16; at < 24; ++at) bytes[at] = 0xff;
  EXPECT_EQ(parse_access_list(bytes).error().problem, AccessListProblem::size);
}

TEST(AccessList, KnowsWhatAnInstructionMakes) {
  auto const with = [](auto change) {
    AccessListRow row = port_write;
    change(row);
    return is_executable(row);
  };
  EXPECT_TRUE(is_executable(port_write));
  EXPECT_TRUE(is_executable(mmio_read));
  EXPECT_FALSE(with([](AccessListRow& row) { row.space = 2; }));
  EXPECT_FALSE(with([](AccessListRow& row) { row.direction = 2; }));
  EXPECT_FALSE(with([](AccessListRow& row) { row.size = 8; }));
  EXPECT_FALSE(with([](AccessListRow& row) { row.size = 0; }));
  EXPECT_FALSE(with([](AccessListRow& row) { row.value = 0x100; }));
  EXPECT_FALSE(with([](AccessListRow& row) { row.value_known = 0; }));
  EXPECT_FALSE(with([](AccessListRow& row) { row.value_known = 2; }));
  EXPECT_FALSE(with([](AccessListRow& row) { row.reserved = 1; }));
  EXPECT_TRUE(with([](AccessListRow& row) { row.address = 0xffff; }));
  EXPECT_FALSE(with([](AccessListRow& row) { row.address = 0x1'0000; }));
  EXPECT_TRUE(with([](AccessListRow& row) { row.space = 1, row.address = 0xffff'ffff; }));
  EXPECT_FALSE(with([](AccessListRow& row) { row.space = 1, row.address = 0x1'0000'0000; }));
  EXPECT_FALSE(with([](AccessListRow& row) { row.address = ~std::uint64_t{0}; }));
}

TEST(AccessList, NamesTheRowThatCannotBe) {
  AccessListRow wrong = port_write;
  wrong.size = 3;
  Bytes const bytes = list_of({port_write, wrong});
  EXPECT_EQ(parse_access_list(bytes).error(), (AccessListError{AccessListProblem::row, 1, 0}));
}

}  // namespace
}  // namespace acrn::traces
