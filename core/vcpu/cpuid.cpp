// SPDX-License-Identifier: BSD-3-Clause
#include "core/vcpu/cpuid.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/bits.hpp"

// Numbers of leaves and bits: Intel SDM vol. 2A (Sep 2023), table 3-8 "Information Returned by
// CPUID Instruction", and tables 3-10 and 3-11 for leaf 1.
namespace acrn::core {
namespace {

constexpr std::uint32_t basic_leaf_max = 0x16;
constexpr std::uint32_t hypervisor_leaf_max = 0x4000'0010;
constexpr std::uint32_t extended_leaf_max = 0x8000'0008;

/// Family 6, model 5EH, stepping 3: a CPU that every kernel of this decade knows.
constexpr std::uint32_t signature = 0x0005'06e3;
constexpr std::uint8_t physical_bits_max = 39;  // of that CPU
constexpr std::uint32_t linear_bits = 48;

template <class... Bits>
constexpr std::uint32_t mask(Bits... bits) noexcept {
  return (0U | ... | (std::uint32_t{1} << static_cast<unsigned>(bits)));
}

/// SSE3, PCLMULQDQ, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, MOVBE, POPCNT, AES.
constexpr std::uint32_t features_1_ecx = mask(0, 1, 9, 13, 19, 20, 22, 23, 25);
constexpr std::uint32_t hypervisor_present = mask(31);
/// FPU, VME, DE, PSE, TSC, MSR, PAE, CX8, SEP, PGE, CMOV, PAT, PSE-36, CLFSH, MMX, FXSR, SSE, SSE2.
constexpr std::uint32_t features_1_edx =
    mask(0, 1, 2, 3, 4, 5, 6, 8, 11, 13, 15, 16, 17, 19, 23, 24, 25, 26);
/// FSGSBASE, BMI1, SMEP, BMI2, ERMS, ADX, SMAP.
constexpr std::uint32_t features_7_ebx = mask(0, 3, 7, 8, 9, 19, 20);
/// LAHF in 64-bit mode, LZCNT, PREFETCHW.
constexpr std::uint32_t features_ext_ecx = mask(0, 5, 8);
/// SYSCALL, execute disable, 1-GiB pages, RDTSCP, 64-bit mode.
constexpr std::uint32_t features_ext_edx = mask(11, 20, 26, 27, 29);

constexpr std::string_view vendor = "GenuineIntel";
constexpr std::string_view hypervisor = "ACRNTESTBED ";
constexpr std::string_view brand = "ACRN testbed virtual CPU";
constexpr std::size_t brand_size = 48;

/// 4 characters of `text`, the first in the lowest byte; past its end NUL.
constexpr std::uint32_t characters(std::string_view text, std::size_t from) noexcept {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4 && from + i < text.size(); ++i) {
    word |= std::uint32_t{static_cast<std::uint8_t>(text[from + i])} << 8 * i;
  }
  return word;
}
static_assert(brand.size() < brand_size, "the brand string ends with NUL");

constexpr CpuidLeaf brand_leaf(std::size_t part) noexcept {
  std::size_t const at = 16 * part;
  return {characters(brand, at), characters(brand, at + 4), characters(brand, at + 8),
          characters(brand, at + 12)};
}

/// Leaf 4: one cache of 64-byte lines, shared by nobody.
struct Cache {
  std::uint32_t type{};  ///< 1 data, 2 instructions, 3 unified
  std::uint32_t level{};
  std::uint32_t ways{};
  std::uint32_t sets{};
};
constexpr std::array caches{Cache{1, 1, 8, 64}, Cache{2, 1, 8, 64}, Cache{3, 2, 4, 1024}};

constexpr CpuidLeaf cache_leaf(std::uint32_t index) noexcept {
  constexpr std::uint32_t self_initializing = 1U << 8U;
  constexpr std::uint32_t line_size = 64;
  if (index >= caches.size()) return {};
  Cache const& cache = caches[index];
  return {.eax = cache.type | cache.level << 5U | self_initializing,
          .ebx = (line_size - 1) | (cache.ways - 1) << 22U,
          .ecx = cache.sets - 1};
}

/// Leaf 15H: TSC = ECX * EBX / EAX, whatever fits 32 bits.
CpuidLeaf tsc_leaf(std::uint64_t ticks_hz) noexcept {
  unsigned shift = 0;
  while (ticks_hz >> shift > 0xffff'ffff) ++shift;
  return {.eax = 1, .ebx = 1U << shift, .ecx = static_cast<std::uint32_t>(ticks_hz >> shift)};
}

std::uint32_t saturate(std::uint64_t value, std::uint32_t max) noexcept {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, max));
}

CpuidLeaf frequency_leaf(std::uint64_t ticks_hz) noexcept {
  constexpr std::uint32_t bus_mhz = 100;
  std::uint32_t const mhz = saturate(ticks_hz / 1'000'000, 0xffff);
  return {.eax = mhz, .ebx = mhz, .ecx = bus_mhz};
}

CpuidLeaf basic_leaf(CpuidQuery const& query, CpuidLeaf const& host) noexcept {
  constexpr std::uint32_t cache_line_quadwords = 8U << 8U;
  constexpr std::uint32_t see_leaf_4 = 0xff01;
  constexpr std::uint32_t prefetch_64_bytes = 0xf0;
  switch (query.leaf) {
    case 0:
      return {basic_leaf_max, characters(vendor, 0), characters(vendor, 8), characters(vendor, 4)};
    case 1:
      return {.eax = signature,
              .ebx = cache_line_quadwords | 1U << 16U,
              .ecx = (host.ecx & features_1_ecx) | hypervisor_present,
              .edx = host.edx & features_1_edx};
    case 2:
      return {.eax = see_leaf_4, .ebx = prefetch_64_bytes};
    case 4:
      return cache_leaf(query.subleaf);
    case 7:
      return query.subleaf == 0 ? CpuidLeaf{.ebx = host.ebx & features_7_ebx} : CpuidLeaf{};
    case 0x15:
      return tsc_leaf(query.ticks_hz);
    case 0x16:
      return frequency_leaf(query.ticks_hz);
    default:
      return {};
  }
}

/// Laid out as in Linux' arch/x86/include/asm/cpuid and ACRN's "Hypervisor CPUID leaves".
CpuidLeaf hypervisor_leaf(CpuidQuery const& query) noexcept {
  switch (query.leaf) {
    case 0x4000'0000:
      return {hypervisor_leaf_max, characters(hypervisor, 0), characters(hypervisor, 4),
              characters(hypervisor, 8)};
    case hypervisor_leaf_max:
      return {.eax = saturate(query.ticks_hz / 1000, 0xffff'ffff)};
    default:
      return {};
  }
}

CpuidLeaf extended_leaf(CpuidQuery const& query, CpuidLeaf const& host) noexcept {
  constexpr std::uint32_t invariant_tsc = mask(8);
  constexpr std::uint32_t l2_256k_4_ways_64_bytes = 256U << 16U | 4U << 12U | 64U;
  switch (query.leaf) {
    case 0x8000'0000:
      return {.eax = extended_leaf_max};
    case 0x8000'0001:
      return {.ecx = host.ecx & features_ext_ecx, .edx = host.edx & features_ext_edx};
    case 0x8000'0002:
    case 0x8000'0003:
    case 0x8000'0004:
      return brand_leaf(query.leaf - 0x8000'0002);
    case 0x8000'0006:
      return {.ecx = l2_256k_4_ways_64_bytes};
    case 0x8000'0007:
      return {.edx = invariant_tsc};
    case extended_leaf_max: {
      auto const physical = std::min(static_cast<std::uint8_t>(host.eax), physical_bits_max);
      return {.eax = physical | linear_bits << 8U};
    }
    default:
      return {};
  }
}

}  // namespace

bool asks_host(std::uint32_t leaf, std::uint32_t subleaf) noexcept {
  return leaf == 1 || (leaf == 7 && subleaf == 0) || leaf == 0x8000'0001 ||
         leaf == extended_leaf_max;
}

CpuidLeaf guest_cpuid(CpuidQuery const& query, CpuidLeaf const& host) noexcept {
  switch (query.leaf >> 28U) {
    case 0:
      return basic_leaf(query, host);
    case 4:
      return hypervisor_leaf(query);
    case 8:
      return extended_leaf(query, host);
    default:
      return {};
  }
}

}  // namespace acrn::core
