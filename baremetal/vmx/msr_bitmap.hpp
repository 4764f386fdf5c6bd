// SPDX-License-Identifier: BSD-3-Clause
// The MSR bitmap of VMX: which RDMSR and WRMSR of a guest exit to the hypervisor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace acrn::baremetal {

/// One 4-KiB page in four parts: reads of MSRs 0 to 1FFFH, reads of C0000000H to C0001FFFH, writes
/// of the former, writes of the latter. 1 means exit; every MSR outside both ranges exits always.
/// Source: Intel SDM vol. 3C (Sep 2023), section 25.6.9 "MSR-Bitmap Address".
class alignas(4096) MsrBitmap {
 public:
  static constexpr std::size_t size_bytes = 4096;

  /// Everything exits.
  constexpr MsrBitmap() noexcept { bytes_.fill(0xff); }

  /// RDMSR and WRMSR of it go to the CPU. MSRs outside both ranges are left as they are.
  constexpr void pass(std::uint32_t msr) noexcept {
    clear(msr, 0);
    clear(msr, writes_offset);
  }
  [[nodiscard]] constexpr bool read_exits(std::uint32_t msr) const noexcept {
    return exits(msr, 0);
  }
  [[nodiscard]] constexpr bool write_exits(std::uint32_t msr) const noexcept {
    return exits(msr, writes_offset);
  }
  [[nodiscard]] constexpr std::array<std::uint8_t, size_bytes> const& page() const noexcept {
    return bytes_;
  }

 private:
  static constexpr std::uint32_t writes_offset = 2048;
  static constexpr std::uint32_t high_offset = 1024;
  static constexpr std::uint32_t range_size = 0x2000;
  static constexpr std::uint32_t high_first = 0xc000'0000;

  static constexpr bool is_low(std::uint32_t msr) noexcept { return msr < range_size; }
  static constexpr bool is_high(std::uint32_t msr) noexcept {
    return msr - high_first < range_size;
  }
  static constexpr std::uint32_t byte_of(std::uint32_t msr) noexcept {
    return is_low(msr) ? msr / 8 : high_offset + (msr - high_first) / 8;
  }
  constexpr void clear(std::uint32_t msr, std::uint32_t part) noexcept {
    if (!is_low(msr) && !is_high(msr)) return;
    std::uint8_t& byte = bytes_[part + byte_of(msr)];
    byte = static_cast<std::uint8_t>(byte & ~(1U << msr % 8));
  }
  [[nodiscard]] constexpr bool exits(std::uint32_t msr, std::uint32_t part) const noexcept {
    if (!is_low(msr) && !is_high(msr)) return true;
    return (bytes_[part + byte_of(msr)] >> msr % 8 & 1U) != 0;
  }

  std::array<std::uint8_t, size_bytes> bytes_{};
};

/// What guests of this hypervisor reach directly: MSRs that the VMCS or VmxVcpu switches between
/// guests and whose values only the guest's own code uses.
constexpr MsrBitmap guest_msr_bitmap() noexcept {
  MsrBitmap bitmap;
  constexpr std::array<std::uint32_t, 13> passed{
      0x174,        // IA32_SYSENTER_CS
      0x175,        // IA32_SYSENTER_ESP
      0x176,        // IA32_SYSENTER_EIP
      0x277,        // IA32_PAT
      0xc000'0080,  // IA32_EFER
      0xc000'0081,  // IA32_STAR
      0xc000'0082,  // IA32_LSTAR
      0xc000'0083,  // IA32_CSTAR
      0xc000'0084,  // IA32_FMASK
      0xc000'0100,  // IA32_FS_BASE
      0xc000'0101,  // IA32_GS_BASE
      0xc000'0102,  // IA32_KERNEL_GS_BASE
      0xc000'0103,  // IA32_TSC_AUX
  };
  for (std::uint32_t const msr : passed) bitmap.pass(msr);
  return bitmap;
}

}  // namespace acrn::baremetal
