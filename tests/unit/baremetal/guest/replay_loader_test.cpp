// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/guest/replay_loader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "baremetal/guest/flat_loader.hpp"
#include "traces/wire/access_list.hpp"

namespace acrn::baremetal {
namespace {

using Bytes = std::vector<std::uint8_t>;
using traces::AccessListRow;

constexpr std::size_t ram_bytes = 2U << 20U;

AccessListRow mmio_write(std::uint64_t address) {
  return {.address = address, .value = 7, .space = 1, .direction = 1, .size = 4, .value_known = 1};
}

Bytes list_of(std::vector<AccessListRow> const& rows) {
  traces::AccessListHeader const header = traces::access_list_header(rows);
  Bytes bytes(sizeof header + rows.size() * sizeof(AccessListRow));
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + sizeof header, rows.data(), rows.size() * sizeof(AccessListRow));
  return bytes;
}

LoadError refused(Bytes const& list, std::size_t size = ram_bytes) {
  Bytes ram(size);
  auto const start = load_replay(Bytes{0x90}, list, GuestRam{ram});
  EXPECT_FALSE(start);
  return start ? LoadError{} : start.error();
}

std::string said(LoadError const& error) { return std::string{sentence(error, "case").text()}; }

TEST(LoadReplay, PutsPlayerAndList) {
  Bytes ram(ram_bytes);
  Bytes const list = list_of({mmio_write(0xfeb0'0000)});
  auto const start = load_replay(Bytes{0x90, 0xf4}, list, GuestRam{ram});
  ASSERT_TRUE(start);
  EXPECT_EQ(start->mode, GuestStart::Mode::long64);
  EXPECT_EQ(start->rip, flat_address);
  EXPECT_EQ(start->rsi, replay_list_address);
  EXPECT_EQ(ram[flat_address + 1], 0xf4);
  EXPECT_TRUE(std::equal(list.begin(), list.end(), ram.begin() + replay_list_address));
}

TEST(LoadReplay, NeedsMemoryForTheWholeList) {
  Bytes const list = list_of({mmio_write(0xfeb0'0000)});
  std::size_t const needed = replay_list_address + list.size();
  Bytes ram(needed);
  EXPECT_TRUE(load_replay(Bytes{0x90}, list, GuestRam{ram}));
  LoadError const error = refused(list, needed - 1);
  EXPECT_EQ(error, (LoadError{LoadProblem::memory, needed - 1, needed}));
  EXPECT_EQ(said(error), "module case: needs 2 MiB of RAM, the VM has 1; raise vmN.memory");
}

TEST(LoadReplay, RefusesAccessesToItsOwnMemory) {
  std::uint64_t const list_end = replay_list_address + list_of({mmio_write(0)}).size();
  for (std::uint64_t const address :
       {std::uint64_t{0}, flat_address, replay_list_address - 1, list_end - 1}) {
    EXPECT_EQ(refused(list_of({mmio_write(address)})),
              (LoadError{LoadProblem::list_address, 0, address}));
  }
  for (std::uint64_t const address : {std::uint64_t{0xa'0000}, list_end}) {
    Bytes ram(ram_bytes);
    EXPECT_TRUE(load_replay(Bytes{0x90}, list_of({mmio_write(address)}), GuestRam{ram}));
  }
}

TEST(LoadReplay, SaysWhatIsWrongWithAList) {
  Bytes const whole = list_of({mmio_write(0xfeb0'0000)});
  EXPECT_EQ(said(refused({})),
            "module case: no list of accesses; make it anew: acrntb export accesses");
  EXPECT_EQ(said(refused(Bytes(whole.begin(), whole.end() - 1))),
            "module case: 47 bytes where its header promises 48; make it anew: acrntb export "
            "accesses");
  Bytes changed = whole;
  changed.back() ^= 1U;
  EXPECT_EQ(refused(changed).problem, LoadProblem::list_crc);
  EXPECT_EQ(said(refused(changed)),
            "module case: damaged: its check is not that of its bytes; make it anew: acrntb export "
            "accesses");
  changed = whole;
  changed[8] = 9;
  EXPECT_EQ(said(refused(changed)),
            "module case: a list of format 9, this image knows 1; make it anew: acrntb export "
            "accesses of this version");
  AccessListRow wrong = mmio_write(0xfeb0'0000);
  wrong.size = 3;
  EXPECT_EQ(said(refused(list_of({wrong}))),
            "module case: access 0 is none that an instruction makes; make it anew: acrntb export "
            "accesses");
  EXPECT_EQ(said(refused(list_of({mmio_write(4096)}))),
            "module case: access 0 is to the guest's own memory, address 4096; choose others: "
            "acrntb export accesses --gpa");
}

}  // namespace
}  // namespace acrn::baremetal
