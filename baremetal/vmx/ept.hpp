// SPDX-License-Identifier: BSD-3-Clause
// The second-level page tables of one VM: from guest-physical to physical addresses.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "baremetal/vmx/frame_source.hpp"
#include "core/expected.hpp"
#include "core/types.hpp"

namespace acrn::baremetal {

/// What a guest may do with a page; bits 2:0 of an EPT entry. Writing without reading does not
/// exist: Intel SDM vol. 3C (Sep 2023), section 29.3.3.1 "EPT Misconfigurations".
enum class EptRights : std::uint8_t {
  none = 0,
  read = 1,
  read_write = 3,
  read_execute = 5,
  all = 7
};

/// Values of bits 5:3 of an EPT entry that maps a page.
enum class EptMemoryType : std::uint8_t { uncacheable = 0, write_back = 6 };

/// What of EPT a CPU has beyond four levels.
struct EptFeatures {
  bool pages_2mib{};
  bool pages_1gib{};
  bool accessed_and_dirty{};
};

/// From IA32_VMX_EPT_VPID_CAP. Source: Intel SDM vol. 3D (Sep 2023), appendix A.10.
constexpr EptFeatures ept_features(std::uint64_t ept_vpid_cap) noexcept {
  return {.pages_2mib = (ept_vpid_cap & 1U << 16U) != 0,
          .pages_1gib = (ept_vpid_cap & 1U << 17U) != 0,
          .accessed_and_dirty = (ept_vpid_cap & 1U << 21U) != 0};
}

/// Whole pages of guest-physical memory and what they are.
struct EptMapping {
  core::Gpa first{};
  std::uint64_t host_physical{};
  std::uint64_t size{};  ///< in bytes
  EptRights rights{EptRights::all};
  EptMemoryType type{EptMemoryType::write_back};
};

enum class EptError : std::uint8_t {
  misaligned,      ///< an address or the size is no multiple of 4 KiB, or the size is 0
  out_of_range,    ///< beyond the 48 bits that four levels translate, or 52 of a physical address
  already_mapped,  ///< part of it is mapped; nothing was changed
  no_memory,       ///< the frame source is empty; some of the pages may be mapped
};

/// The words for a message.
std::string_view name(EptError error) noexcept;

/// Where a guest-physical address is.
struct EptTranslation {
  std::uint64_t host_physical{};
  std::uint64_t contiguous{};  ///< bytes from there to the end of the page, 1 at least
  EptRights rights{};
};

/// The tables themselves. Changes are seen by a running guest only after invalidate_ept() on its
/// CPU; not synchronised: one CPU changes them at a time.
class Ept {
 public:
  /// Takes the root table. Failure: EptError::no_memory.
  core::Expected<core::Unit, EptError> initialise(FrameSource frames,
                                                  EptFeatures features) noexcept;

  /// Maps with the largest pages that alignment and CPU allow.
  core::Expected<core::Unit, EptError> map(EptMapping const& mapping) noexcept;
  /// Takes away what of the range is mapped; large pages are split where needed.
  core::Expected<core::Unit, EptError> unmap(core::Gpa first, std::uint64_t size) noexcept;
  /// Changes the rights of what of the range is mapped; EptRights::none unmaps.
  core::Expected<core::Unit, EptError> protect(core::Gpa first, std::uint64_t size,
                                               EptRights rights) noexcept;

  /// Nothing where no page is mapped.
  [[nodiscard]] std::optional<EptTranslation> translate(core::Gpa gpa) const noexcept;

  /// The EPTP of a VMCS. Source: Intel SDM vol. 3C (Sep 2023), table 25-9.
  [[nodiscard]] std::uint64_t pointer() const noexcept;

 private:
  struct Range {
    std::uint64_t first;
    std::uint64_t size;
  };
  [[nodiscard]] unsigned level_for(EptMapping const& mapping, std::uint64_t done) const noexcept;
  [[nodiscard]] std::uint64_t* entry_for(std::uint64_t gpa, unsigned level) noexcept;
  [[nodiscard]] bool is_free(core::Gpa first, std::uint64_t size) const noexcept;
  [[nodiscard]] bool split(std::uint64_t& entry, unsigned level) noexcept;
  core::Expected<core::Unit, EptError> change(Range range, EptRights rights) noexcept;

  FrameSource frames_{};
  EptFeatures features_{};
  std::uint64_t root_{};
};

}  // namespace acrn::baremetal
