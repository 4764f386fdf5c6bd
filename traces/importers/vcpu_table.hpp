// SPDX-License-Identifier: BSD-3-Clause
// Which host thread runs which vCPU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace acrn::traces {

/// Gives each vCPU thread a vCPU number. Events that print "vcpu N" decide; the other threads get
/// the lowest free numbers, those that learn() was told of in ascending order of thread id (in
/// which VMMs create them), later ones as they appear. All threads belong to one VM: the text does
/// not say which VM a thread serves, and where two threads claim one number, the later one gets a
/// free one.
class VcpuTable {
 public:
  static constexpr std::size_t vcpus_max = 4096;
  /// Notes, ahead of the import, that `thread` prints `vcpu`.
  void learn(std::uint64_t thread, std::uint64_t vcpu);
  /// Notes, after all numbers were learned, that these threads run vCPUs too.
  void learn(std::set<std::uint64_t> const& threads);
  /// The number of `thread`, which printed `vcpu` or nothing. Nothing once vcpus_max is reached.
  std::optional<std::uint16_t> number_of(std::uint64_t thread, std::optional<std::uint64_t> vcpu);

  [[nodiscard]] std::size_t size() const { return used_.size(); }
  /// Threads that printed a number other than the one they have, ascending. Where there are any,
  /// the source holds the events of several VMs.
  [[nodiscard]] std::set<std::uint64_t> const& doubtful() const { return doubtful_; }

 private:
  bool reserve(std::uint64_t thread, std::uint64_t vcpu);

  std::unordered_map<std::uint64_t, std::uint16_t> numbers_;  ///< by thread, also those learned
  std::unordered_map<std::uint16_t, std::uint64_t> threads_;  ///< by number
  std::unordered_set<std::uint64_t> used_;                    ///< threads that number_of() saw
  std::set<std::uint64_t> doubtful_;
  std::uint16_t lowest_free_{};
};

}  // namespace acrn::traces
