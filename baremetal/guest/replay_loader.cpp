// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/guest/replay_loader.hpp"

#include "baremetal/guest/flat_loader.hpp"
#include "baremetal/guest/start_tables.hpp"
#include "traces/wire/access_list.hpp"

namespace acrn::baremetal {
namespace {

static_assert(replay_list_address >= high_memory);

core::Unexpected<LoadError> refuse(LoadProblem problem, std::uint64_t found,
                                   std::uint64_t expected) noexcept {
  return core::Unexpected{LoadError{problem, found, expected}};
}

LoadProblem problem_of(traces::AccessListProblem problem) noexcept {
  switch (problem) {
    case traces::AccessListProblem::magic:
      return LoadProblem::list_magic;
    case traces::AccessListProblem::version:
      return LoadProblem::list_version;
    case traces::AccessListProblem::size:
      return LoadProblem::list_size;
    case traces::AccessListProblem::crc:
      return LoadProblem::list_crc;
    case traces::AccessListProblem::row:
      break;
  }
  return LoadProblem::list_row;
}

/// Whether the access is to memory that player, tables, stack or list are in: a write there would
/// change what is executed.
bool hits_player(traces::AccessListRow const& row, std::uint64_t list_end) noexcept {
  if (row.space != static_cast<std::uint8_t>(core::Space::mmio)) return false;
  std::uint64_t const end = row.address + row.size;
  return row.address < conventional_memory || (row.address < list_end && end > replay_list_address);
}

}  // namespace

core::Expected<GuestStart, LoadError> load_replay(std::span<std::uint8_t const> player,
                                                  std::span<std::uint8_t const> list,
                                                  GuestRam ram) noexcept {
  auto const accesses = traces::parse_access_list(list);
  if (!accesses) {
    traces::AccessListError const error = accesses.error();
    return refuse(problem_of(error.problem), error.found, error.expected);
  }
  std::uint64_t const list_end = replay_list_address + list.size();
  if (!ram.fits(replay_list_address, list.size())) {
    return refuse(LoadProblem::memory, ram.size(), list_end);
  }
  for (std::uint64_t i = 0; i < accesses->count(); ++i) {
    traces::AccessListRow const row = accesses->row(i);
    if (hits_player(row, list_end)) return refuse(LoadProblem::list_address, i, row.address);
  }
  auto const loaded = load_flat(player, GuestStart::Mode::long64, ram);
  if (!loaded) return loaded;
  ram.copy(replay_list_address, list);
  GuestStart start = *loaded;
  start.rsi = replay_list_address;
  return start;
}

}  // namespace acrn::baremetal
