// SPDX-License-Identifier: BSD-3-Clause
// The accesses of a capture in the order in which each VM made them, over all its vCPUs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "traces/reader.hpp"

namespace acrn::traces {

/// One access, as a place in a decoded chunk. Valid until the next call of next().
struct MergedAccess {
  std::uint16_t vm{};
  std::uint16_t vcpu{};
  AccessBatch const* batch{};
  std::size_t row{};
  [[nodiscard]] AccessRow access() const { return batch->row(row); }
};

struct MergeOptions {
  /// Refuse to hold more decoded rows at once. Captures of our own writer need one chunk per vCPU
  /// and one more; a foreign file that scatters its chunks may need more.
  std::size_t held_rows_max{std::size_t{16} * 65'536};
};

/// Merges the rest of a Reader by AccessRow::sequence. Accesses of one VM come in ascending
/// sequence; several VMs take turns in long stretches, as their chunks do in the file.
///
/// Throws ContentError, as Reader does, and also where the sequences contradict the format (not
/// ascending within a chunk; before one already delivered) or merging would need too much memory:
/// the message names the chunk and what to do. After an error the merge cannot be continued.
class MergedAccesses {
 public:
  /// `reader` must outlive the object, and must not be used otherwise meanwhile. `name` is what
  /// messages call the file.
  MergedAccesses(Reader& reader, std::string name, MergeOptions const& options = {});

  /// The next access; false at the end.
  bool next(MergedAccess& access);

 private:
  struct Cursor {
    std::unique_ptr<AccessBatch> batch;
    std::size_t row{};
    [[nodiscard]] std::uint64_t sequence() const { return batch->sequence[row]; }
  };
  /// The chunks of one VM that are decoded and not yet delivered.
  struct Vm {
    std::vector<Cursor> cursors;             ///< of the group being collected or delivered
    std::unique_ptr<AccessBatch> following;  ///< the first chunk of the group after it
    std::uint64_t group{};
    std::uint64_t next_sequence{};  ///< one after the last delivered
    bool delivered_any{};
  };

  void choose();
  void step();
  bool read_more();
  void add(Vm& vm, std::unique_ptr<AccessBatch> batch);
  void finish_group(Vm& vm);
  [[nodiscard]] bool deliverable(Vm const& vm) const;
  [[noreturn]] void refuse(AccessBatch const& batch, std::string const& what) const;

  Reader& reader_;
  std::string name_;
  MergeOptions options_;
  std::map<std::uint16_t, Vm> vms_;
  std::vector<std::unique_ptr<AccessBatch>> spare_;
  std::size_t held_rows_{};
  bool at_end_{};
  Vm* active_{};           ///< the VM being delivered
  std::size_t current_{};  ///< index of its cursor with the least sequence
  std::uint64_t limit_{};  ///< least sequence of its other cursors
};

}  // namespace acrn::traces
