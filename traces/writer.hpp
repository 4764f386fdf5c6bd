// SPDX-License-Identifier: BSD-3-Clause
// Writes a capture as a stream, in constant memory; a file cut at any frame stays readable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "traces/capture_info.hpp"
#include "traces/rows.hpp"

namespace acrn::traces {

enum class Codec : std::uint8_t { none = 0, zstd = 1 };

struct WriterOptions {
  Codec codec{Codec::zstd};
  int zstd_level{6};  ///< beyond 6 writing slows more than files shrink; see traces/README.md
  std::uint32_t chunk_rows{16384};  ///< rows per chunk; 1 to 65,536
  /// Format of the file: 1, or 2, whose stamps and slot transitions take less room.
  std::uint32_t format{1};
};

/// Writes one capture file. Rows of one (vm, vcpu, stream) must come in order; AccessRow::sequence
/// must be ascending per VM over all its vCPUs (which keeps merging bounded for readers).
///
/// The file is written to PATH.partial and renamed by finish(), so that no partial output is left
/// looking whole; a Writer destroyed without finish() leaves PATH.partial, readable up to its last
/// frame, and says so in no way: the caller tells the user. "-" writes to standard output.
/// Throws EnvironmentError when the file cannot be written.
class Writer {
 public:
  Writer(std::string const& path, CaptureInfo const& info, WriterOptions const& options = {});
  ~Writer();
  Writer(Writer const&) = delete;
  Writer& operator=(Writer const&) = delete;

  void write(std::uint16_t vm, std::uint16_t vcpu, AccessRow const& row);
  void write(std::uint16_t vm, std::uint16_t vcpu, ExitRow const& row);
  void write(std::uint16_t vm, std::uint16_t vcpu, SlotRow const& row);
  void write(std::uint16_t vm, std::uint16_t vcpu, InjectRow const& row);
  void write(std::uint16_t vm, std::uint16_t vcpu, InputRow const& row);

  /// The id of this client name, new or known. 0 is reserved for "not recorded".
  ClientId client(std::string_view name);
  /// Rows that the source lost on this vCPU before the next row written to it.
  void lost(std::uint16_t vm, std::uint16_t vcpu, std::uint64_t count);
  /// Writes the rows of all streams so far: a group of its own for each VM. For sources whose
  /// streams come one after the other, so that what belongs together stays together.
  void flush();
  /// Flushes all rows, writes index and trailer, and puts the file in its place. `source` and
  /// `never_recorded` of `info` replace those given at the start.
  void finish(CaptureInfo const& info);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace acrn::traces
