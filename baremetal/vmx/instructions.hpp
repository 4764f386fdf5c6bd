// SPDX-License-Identifier: BSD-3-Clause
// The instructions of VMX, and those others that C++ has no words for and only VMX needs.
#pragma once

#include <cstdint>

#include "baremetal/vmx/fields.hpp"

namespace acrn::baremetal::vmx {

/// Whether VMXON accepted the region at that physical address.
inline bool vmxon(std::uint64_t region) noexcept {
  bool done;
  asm volatile("vmxon %1" : "=@cca"(done) : "m"(region) : "memory");
  return done;
}
inline bool vmclear(std::uint64_t region) noexcept {
  bool done;
  asm volatile("vmclear %1" : "=@cca"(done) : "m"(region) : "memory");
  return done;
}
inline bool vmptrld(std::uint64_t region) noexcept {
  bool done;
  asm volatile("vmptrld %1" : "=@cca"(done) : "m"(region) : "memory");
  return done;
}

/// Reads a field of the current VMCS. Nothing of it is seen through memory, hence no clobbers. A
/// field that the CPU does not have, or no current VMCS, is our own mistake and ends in a panic
/// (enter.S).
template <class T, std::uint32_t encoding>
T read(VmcsField<T, encoding> field) noexcept {
  std::uint64_t value;
  asm volatile(
      "vmread %1, %0\n\t"
      "jbe hv_vmcs_access_failed"
      : "=r"(value)
      : "r"(field.encoding)
      : "cc");
  return static_cast<T>(value);
}
template <class T, std::uint32_t encoding>
void write(VmcsField<T, encoding> field, T value) noexcept {
  asm volatile(
      "vmwrite %0, %1\n\t"
      "jbe hv_vmcs_access_failed"
      :
      : "r"(std::uint64_t{value}), "r"(field.encoding)
      : "cc");
}
/// The same by encodings that are computed: segment registers.
inline std::uint64_t read_encoding(std::uint32_t encoding) noexcept {
  std::uint64_t value;
  asm volatile(
      "vmread %1, %0\n\t"
      "jbe hv_vmcs_access_failed"
      : "=r"(value)
      : "r"(std::uint64_t{encoding})
      : "cc");
  return value;
}
inline void write_encoding(std::uint32_t encoding, std::uint64_t value) noexcept {
  asm volatile(
      "vmwrite %0, %1\n\t"
      "jbe hv_vmcs_access_failed"
      :
      : "r"(value), "r"(std::uint64_t{encoding})
      : "cc");
}

inline std::uint64_t read_cr0() noexcept {
  std::uint64_t value;
  asm volatile("mov %%cr0, %0" : "=r"(value));
  return value;
}
inline void write_cr2(std::uint64_t value) noexcept {
  asm volatile("mov %0, %%cr2" : : "r"(value) : "memory");
}
inline std::uint64_t read_cr4() noexcept {
  std::uint64_t value;
  asm volatile("mov %%cr4, %0" : "=r"(value));
  return value;
}
/// XCR0; needs CR4.OSXSAVE.
inline std::uint64_t read_xcr0() noexcept {
  std::uint32_t low;
  std::uint32_t high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t{high} << 32U | low;
}

}  // namespace acrn::baremetal::vmx
