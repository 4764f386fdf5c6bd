// SPDX-License-Identifier: BSD-3-Clause
#include "traces/merged.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "traces/error.hpp"

namespace acrn::traces {

namespace {

/// "No other cursor": every sequence is below it or equal.
constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

}  // namespace

MergedAccesses::MergedAccesses(Reader& reader, std::string name, MergeOptions const& options)
    : reader_{reader}, name_{std::move(name)}, options_{options} {}

void MergedAccesses::refuse(AccessBatch const& batch, std::string const& what) const {
  throw ContentError(name_ + ": offset " + std::to_string(batch.info.file_offset) + ": " + what +
                     "; import the capture again from its source");
}

bool MergedAccesses::next(MergedAccess& access) {
  if (active_ != nullptr) step();
  while (active_ == nullptr) {
    for (auto& [id, vm] : vms_) {
      if (active_ == nullptr && deliverable(vm)) {
        active_ = &vm;
        choose();
      }
    }
    if (active_ == nullptr && !read_more()) return false;
  }
  Cursor const& cursor = active_->cursors[current_];
  ChunkInfo const& info = cursor.batch->info;
  access = {.vm = info.vm, .vcpu = info.vcpu, .batch = cursor.batch.get(), .row = cursor.row};
  return true;
}

/// Whether nothing that is still in the file can come before what `vm` holds.
bool MergedAccesses::deliverable(Vm const& vm) const {
  if (vm.cursors.empty()) return false;
  if (at_end_ || vm.following != nullptr) return true;
  if (vm.group != 0) return false;
  // Without groups only a gap-free order tells.
  return std::any_of(vm.cursors.begin(), vm.cursors.end(),
                     [&vm](Cursor const& cursor) { return cursor.sequence() == vm.next_sequence; });
}

/// Makes the cursor with the least sequence the current one.
void MergedAccesses::choose() {
  auto const less = [](Cursor const& a, Cursor const& b) { return a.sequence() < b.sequence(); };
  auto& cursors = active_->cursors;
  auto const least = std::min_element(cursors.begin(), cursors.end(), less);
  current_ = static_cast<std::size_t>(least - cursors.begin());
  limit_ = no_limit;
  for (Cursor const& cursor : cursors) {
    if (&cursor != &*least) limit_ = std::min(limit_, cursor.sequence());
  }
  std::uint64_t const sequence = least->sequence();
  if (active_->delivered_any && sequence < active_->next_sequence) {
    refuse(*least->batch, "found access " + std::to_string(sequence) + " of VM " +
                              std::to_string(least->batch->info.vm) + ", expected " +
                              std::to_string(active_->next_sequence) + " or later");
  }
}

/// Leaves the access delivered last.
void MergedAccesses::step() {
  Vm& vm = *active_;
  Cursor& cursor = vm.cursors[current_];
  std::uint64_t const delivered = cursor.sequence();
  vm.next_sequence = delivered + 1;
  vm.delivered_any = true;
  if (++cursor.row < cursor.batch->info.rows) {
    std::uint64_t const sequence = cursor.sequence();
    if (sequence <= delivered) {
      refuse(*cursor.batch, "found access " + std::to_string(sequence) + " after access " +
                                std::to_string(delivered) + " of the same vCPU");
    }
    bool const promised = vm.group != 0 || at_end_ || sequence == delivered + 1;
    if (sequence < limit_ && promised) return;
  } else {
    held_rows_ -= cursor.batch->info.rows;
    spare_.push_back(std::move(cursor.batch));
    vm.cursors.erase(vm.cursors.begin() + static_cast<std::ptrdiff_t>(current_));
    if (vm.cursors.empty()) finish_group(vm);
  }
  active_ = nullptr;
}

/// Goes on to the group whose first chunk ended the one before.
void MergedAccesses::finish_group(Vm& vm) {
  if (vm.following == nullptr) return;
  add(vm, std::exchange(vm.following, nullptr));
}

void MergedAccesses::add(Vm& vm, std::unique_ptr<AccessBatch> batch) {
  vm.group = batch->info.group;
  vm.cursors.push_back({.batch = std::move(batch)});
}

bool MergedAccesses::read_more() {
  if (at_end_) return false;
  std::unique_ptr<AccessBatch> batch =
      spare_.empty() ? std::make_unique<AccessBatch>() : std::move(spare_.back());
  if (!spare_.empty()) spare_.pop_back();
  if (!reader_.next(*batch)) {
    at_end_ = true;
    return true;
  }
  held_rows_ += batch->info.rows;
  if (held_rows_ > options_.held_rows_max) {
    refuse(*batch,
           "found the chunks of its VMs too scattered to merge: " + std::to_string(held_rows_) +
               " rows are held, at most " + std::to_string(options_.held_rows_max) + " may be");
  }
  Vm& vm = vms_[batch->info.vm];
  if (vm.cursors.empty() || vm.group == batch->info.group) {
    add(vm, std::move(batch));
  } else {
    vm.following = std::move(batch);
  }
  return true;
}

}  // namespace acrn::traces
