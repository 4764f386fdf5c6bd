// SPDX-License-Identifier: BSD-3-Clause
// Where importers put their rows: a capture's writer in production, a list in tests.
#pragma once

#include <cstdint>
#include <string_view>

#include "traces/rows.hpp"

namespace acrn::traces {

/// Takes the rows of one VM, number 0, in the order that Writer asks for. What it throws passes
/// through the importers.
class RowSink {
 public:
  virtual void write(std::uint16_t vcpu, AccessRow const& row) = 0;
  virtual void write(std::uint16_t vcpu, ExitRow const& row) = 0;
  virtual void write(std::uint16_t vcpu, InjectRow const& row) = 0;
  virtual void write(std::uint16_t vcpu, InputRow const& row) = 0;
  /// The id of a client name, new or known; never 0.
  virtual ClientId client(std::string_view name) = 0;
  /// The source lost `count` events here, before the next row of `vcpu`.
  virtual void lost(std::uint16_t vcpu, std::uint64_t count) = 0;

 protected:
  ~RowSink() = default;
};

}  // namespace acrn::traces
