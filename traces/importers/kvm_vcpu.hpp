// SPDX-License-Identifier: BSD-3-Clause
// What is known of one vCPU in the middle of a KVM trace.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "traces/rows.hpp"

namespace acrn::traces {

/// What may still happen to the latest access of a vCPU.
enum class KvmPhase : std::uint8_t {
  none,        ///< nothing; it has its value, or there is none
  port_sent,   ///< printed before its user-space exit, if it has one: OUT, or IN of old kernels
  mmio_sent,   ///< the same for an MMIO write
  mmio_asked,  ///< an unsatisfied MMIO read: the read that brings the value must follow
};

/// One access in the making; more than one row where KVM printed a wide one.
struct KvmRequest {
  std::uint64_t first{};  ///< sequence of its first row
  std::uint32_t rows{};
  KvmPhase phase{};
  bool handed{};        ///< its user-space exit was seen
  bool answered{};      ///< through, but for the stamp of the VM entry
  Handling handling{};  ///< where it is known from the start
  std::uint8_t length{};
  std::uint64_t gpa{};
};

/// A KVM_EXIT_IO user-space exit that is not yet an access's own.
struct KvmHandOver {
  std::uint64_t time{};
  bool doubtful{};  ///< it may belong to the access before it or to the IN after it
  std::optional<std::uint64_t> end;  ///< when the vCPU was first seen running after it
};

struct KvmVcpu {
  std::uint16_t number{};
  bool fresh{true};              ///< nothing seen yet, or events were lost just now
  std::optional<ExitRow> exit;   ///< the exit being handled
  std::uint64_t exits{};         ///< rows so far, the present one included
  std::uint32_t instructions{};  ///< emulated since the exit began, where KVM printed them
  std::vector<KvmRequest> open;  ///< requests whose last stamp has not come
  std::optional<KvmHandOver> hand_over;
  bool injected{};  ///< since the last entry

  /// The exit that an access made now is part of. KVM may go on and emulate more instructions
  /// before it enters the guest again; the exit says nothing about those.
  [[nodiscard]] ExitRow const* own_exit() const {
    return exit && instructions < 2 ? &*exit : nullptr;
  }
  /// The latest request while something may still happen to it, or nullptr.
  [[nodiscard]] KvmRequest* latest() {
    return open.empty() || open.back().phase == KvmPhase::none ? nullptr : &open.back();
  }
};

}  // namespace acrn::traces
