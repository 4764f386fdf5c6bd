// SPDX-License-Identifier: BSD-3-Clause
// Turns a capture's accesses into the list that the image's replay guest executes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/rows.hpp"
#include "traces/wire/access_list.hpp"

namespace acrn::cli {

/// Accesses that are not in the list, by the reason.
struct LeftOut {
  std::uint64_t pci_config{};     ///< not of a port or MMIO: no instruction names this space
  std::uint64_t address{};        ///< MMIO that reaches above 4 GiB, ports above 0xFFFF
  std::uint64_t size{};           ///< no instruction has this size
  std::uint64_t ends_guest{};     ///< writes that end the guest, or may
  std::uint64_t unknown_value{};  ///< writes whose value the capture does not hold

  [[nodiscard]] std::uint64_t total() const {
    return pci_config + address + size + ends_guest + unknown_value;
  }
  friend bool operator==(LeftOut const&, LeftOut const&) = default;
};

/// Collects the accesses of one vCPU, in order.
class AccessExport {
 public:
  /// Adds the elements of `row`, or counts them as left out. Only the first element's value is
  /// known.
  void add(traces::AccessRow const& row);

  [[nodiscard]] std::vector<traces::AccessListRow> const& rows() const { return rows_; }
  [[nodiscard]] LeftOut const& left_out() const { return left_out_; }

 private:
  std::uint64_t* refusal(core::Access const& access, bool value_known);

  std::vector<traces::AccessListRow> rows_;
  LeftOut left_out_;
};

/// "17 (16 PCI configuration, 1 ends the guest)".
std::string left_out_text(LeftOut const& left_out);

}  // namespace acrn::cli
