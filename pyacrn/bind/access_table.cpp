// SPDX-License-Identifier: BSD-3-Clause
#include "pyacrn/bind/access_table.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace acrn::python {
namespace {

/// Appends `rows` values of a chunk's column to `to`, which holds `before` rows or none at all.
template <class T>
void append(std::vector<T>& to, traces::Column<T> const& column, std::size_t rows,
            std::size_t before, T missing) {
  if (!column.recorded()) {
    if (!to.empty()) to.resize(before + rows, missing);
    return;
  }
  to.resize(before, missing);
  if (column.constant()) {
    to.resize(before + rows, column.data().front());
  } else {
    to.insert(to.end(), column.data().begin(), column.data().end());
  }
}

void append(AccessTable& table, traces::AccessBatch const& batch) {
  std::size_t const before = table.rows();
  std::size_t const rows = batch.info.rows;
  table.vm.resize(before + rows, batch.info.vm);
  table.vcpu.resize(before + rows, batch.info.vcpu);
  append(table.sequence, batch.sequence, rows, before, std::uint64_t{0});
  append(table.time, batch.time, rows, before, traces::no_stamp);
  append(table.address, batch.address, rows, before, std::uint64_t{0});
  append(table.value, batch.value, rows, before, std::uint64_t{0});
  append(table.value_known, batch.value_known, rows, before, std::uint8_t{1});
  append(table.count, batch.count, rows, before, std::uint32_t{1});
  append(table.handling, batch.handling, rows, before, std::uint8_t{0});
  append(table.client, batch.client, rows, before, std::uint32_t{0});
  append(table.exit, batch.exit, rows, before, traces::no_exit);
  for (traces::StageColumn const& column : batch.stages) {
    AccessTable::Stage& stage = table.stages[column.stage];
    for (std::uint32_t const row : column.rows) stage.rows.push_back(before + row);
    stage.times.insert(stage.times.end(), column.times.begin(), column.times.end());
  }
  append(table.shape, batch.shape, rows, before, std::uint8_t{0});  // last: rows() counts it
}

template <class T>
void permute(std::vector<T>& column, std::vector<std::size_t> const& order) {
  if (column.empty()) return;
  std::vector<T> sorted;
  sorted.reserve(column.size());
  for (std::size_t const row : order) sorted.push_back(column[row]);
  column = std::move(sorted);
}

void permute_stage(AccessTable::Stage& stage, std::vector<std::size_t> const& place) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> entries;
  entries.reserve(stage.rows.size());
  for (std::size_t i = 0; i < stage.rows.size(); ++i) {
    entries.emplace_back(place[stage.rows[i]], stage.times[i]);
  }
  std::sort(entries.begin(), entries.end());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::tie(stage.rows[i], stage.times[i]) = entries[i];
  }
}

void sort_by_turn(AccessTable& table) {
  std::vector<std::size_t> order(table.rows());
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto const earlier = [&table](std::size_t a, std::size_t b) {
    return std::pair{table.vm[a], table.sequence[a]} < std::pair{table.vm[b], table.sequence[b]};
  };
  if (std::is_sorted(order.begin(), order.end(), earlier)) return;
  std::stable_sort(order.begin(), order.end(), earlier);
  permute(table.vm, order);
  permute(table.vcpu, order);
  permute(table.sequence, order);
  permute(table.time, order);
  permute(table.shape, order);
  permute(table.address, order);
  permute(table.value, order);
  permute(table.value_known, order);
  permute(table.count, order);
  permute(table.handling, order);
  permute(table.client, order);
  permute(table.exit, order);
  std::vector<std::size_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  for (auto& [number, stage] : table.stages) permute_stage(stage, place);
}

}  // namespace

AccessTable read_access_table(std::string const& path) {
  traces::Reader reader{path};
  traces::AccessBatch batch;
  AccessTable table;
  while (reader.next(batch)) append(table, batch);
  sort_by_turn(table);
  return table;
}

AccessTable make_access_table(replay::Plan const& plan) {
  AccessTable table;
  bool const timed = plan.info().clock.timed();
  for (replay::PlannedAccess const& access : plan.accesses()) {
    replay::PlannedVcpu const& vcpu = plan.vcpus()[access.vcpu];
    table.vm.push_back(vcpu.vm.value);
    table.vcpu.push_back(vcpu.vcpu.value);
    if (timed) table.time.push_back(access.time);
    table.shape.push_back(traces::pack_shape(replay::guest_access(access)));
    table.address.push_back(access.address);
    table.value.push_back(access.value);
    table.value_known.push_back(access.value_known ? 1 : 0);
    table.count.push_back(access.count);
    table.handling.push_back(static_cast<std::uint8_t>(access.handling));
    table.client.push_back(access.client);
  }
  return table;
}

}  // namespace acrn::python
