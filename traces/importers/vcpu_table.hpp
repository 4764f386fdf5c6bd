// SPDX-License-Identifier: BSD-3-Clause
// Which host thread runs which vCPU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace acrn::traces {

/// Gives each vCPU thread a vCPU number. Events that print "vcpu N" decide; a thread that never
/// does gets the lowest number that is free when it first appears. All threads belong to one VM:
/// the text does not say which VM a thread serves, and where two threads claim one number, the
/// later one gets the lowest free number.
class VcpuTable {
 public:
  static constexpr std::size_t vcpus_max = 4096;
  /// How often something else than the printed number had to be used.
  struct Doubts {
    std::uint64_t number_taken{};  ///< the printed number belongs to another thread
    std::uint64_t late{};          ///< the thread had a number before it printed another
  };

  /// Notes, ahead of the import, that `thread` prints `vcpu`.
  void learn(std::uint64_t thread, std::uint64_t vcpu);
  /// The number of `thread`, which printed `vcpu` or nothing. Nothing once vcpus_max is reached.
  std::optional<std::uint16_t> number_of(std::uint64_t thread, std::optional<std::uint64_t> vcpu);

  [[nodiscard]] std::size_t size() const { return used_.size(); }
  [[nodiscard]] Doubts const& doubts() const { return doubts_; }

 private:
  bool reserve(std::uint64_t thread, std::uint64_t vcpu);

  std::unordered_map<std::uint64_t, std::uint16_t> numbers_;  ///< by thread, also those learned
  std::unordered_map<std::uint16_t, std::uint64_t> threads_;  ///< by number
  std::unordered_set<std::uint64_t> used_;                    ///< threads that number_of() saw
  std::unordered_set<std::uint64_t> doubtful_;                ///< threads counted in doubts_
  std::uint16_t lowest_free_{};
  Doubts doubts_;
};

}  // namespace acrn::traces
