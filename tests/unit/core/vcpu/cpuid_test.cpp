// SPDX-License-Identifier: BSD-3-Clause
#include "core/vcpu/cpuid.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace acrn::core {
namespace {

constexpr std::uint64_t hz = 2'400'000'000;
constexpr CpuidLeaf everything{0xffff'ffff, 0xffff'ffff, 0xffff'ffff, 0xffff'ffff};

CpuidLeaf ask(std::uint32_t leaf, std::uint32_t subleaf = 0, CpuidLeaf const& host = everything) {
  return guest_cpuid({.leaf = leaf, .subleaf = subleaf, .ticks_hz = hz}, host);
}

void append(std::string& text, std::uint32_t word) {
  for (unsigned i = 0; i < 4; ++i) text += static_cast<char>(word >> 8 * i & 0xffU);
}

TEST(Cpuid, NamesAreOurs) {
  std::string vendor;
  for (std::uint32_t word : {ask(0).ebx, ask(0).edx, ask(0).ecx}) append(vendor, word);
  EXPECT_EQ(vendor, "GenuineIntel");
  CpuidLeaf const hypervisor = ask(0x4000'0000);
  std::string signature;
  for (std::uint32_t word : {hypervisor.ebx, hypervisor.ecx, hypervisor.edx}) {
    append(signature, word);
  }
  EXPECT_EQ(signature, "ACRNTESTBED ");
  EXPECT_EQ(hypervisor.eax, 0x4000'0010U);
  std::string brand;
  for (std::uint32_t leaf = 0x8000'0002; leaf <= 0x8000'0004; ++leaf) {
    CpuidLeaf const part = ask(leaf);
    for (std::uint32_t word : {part.eax, part.ebx, part.ecx, part.edx}) append(brand, word);
  }
  EXPECT_EQ(brand.size(), 48U);
  EXPECT_EQ(brand.c_str(), std::string{"ACRN testbed virtual CPU"});
}

/// A feature by its bit, and whether guests may see it.
struct Feature {
  char const* name;
  unsigned bit;
  bool shown;
};

void expect_features(std::uint32_t word, std::initializer_list<Feature> features) {
  for (Feature const& feature : features) {
    EXPECT_EQ(word >> feature.bit & 1U, feature.shown ? 1U : 0U) << feature.name;
  }
}

TEST(Cpuid, Leaf1HidesWhatNobodyEmulates) {
  CpuidLeaf const leaf = ask(1);
  EXPECT_EQ(leaf.eax, 0x0005'06e3U);
  expect_features(leaf.ecx,
                  {{"SSE3", 0, true},           {"DTES64", 2, false},  {"MONITOR", 3, false},
                   {"DS-CPL", 4, false},        {"VMX", 5, false},     {"SMX", 6, false},
                   {"EIST", 7, false},          {"TM2", 8, false},     {"FMA", 12, false},
                   {"CX16", 13, true},          {"PDCM", 15, false},   {"PCID", 17, false},
                   {"SSE4.2", 20, true},        {"x2APIC", 21, false}, {"POPCNT", 23, true},
                   {"TSC deadline", 24, false}, {"XSAVE", 26, false},  {"OSXSAVE", 27, false},
                   {"AVX", 28, false},          {"F16C", 29, false},   {"RDRAND", 30, false},
                   {"hypervisor", 31, true}});
  expect_features(leaf.edx, {{"FPU", 0, true},
                             {"TSC", 4, true},
                             {"MSR", 5, true},
                             {"PAE", 6, true},
                             {"MCE", 7, false},
                             {"CX8", 8, true},
                             {"APIC", 9, false},
                             {"MTRR", 12, false},
                             {"MCA", 14, false},
                             {"PAT", 16, true},
                             {"DS", 21, false},
                             {"ACPI", 22, false},
                             {"FXSR", 24, true},
                             {"SSE2", 26, true},
                             {"HTT", 28, false},
                             {"TM", 29, false}});
}

TEST(Cpuid, Leaf7KeepsSevenFeaturesOfOneSubleaf) {
  EXPECT_EQ(ask(7), (CpuidLeaf{.ebx = 0x0018'0389}));
  EXPECT_EQ(ask(7, 1), CpuidLeaf{});
}

TEST(Cpuid, ExtendedFeatures) {
  CpuidLeaf const leaf = ask(0x8000'0001);
  EXPECT_EQ(leaf.ecx, 0x121U);
  expect_features(leaf.edx, {{"SYSCALL", 11, true},
                             {"XD", 20, true},
                             {"1 GiB pages", 26, true},
                             {"RDTSCP", 27, true},
                             {"long mode", 29, true}});
  EXPECT_EQ(leaf.eax, 0U);
  EXPECT_EQ(ask(0x8000'0000).eax, 0x8000'0008U);
  EXPECT_EQ(ask(0x8000'0007), (CpuidLeaf{.edx = 0x100}));
}

TEST(Cpuid, TheHostsFeaturesLimitTheGuests) {
  EXPECT_EQ(ask(1, 0, {}).ecx, 0x8000'0000U);
  EXPECT_EQ(ask(1, 0, {}).edx, 0U);
  EXPECT_EQ(ask(7, 0, {}), CpuidLeaf{});
  EXPECT_EQ(ask(0x8000'0001, 0, {}), CpuidLeaf{});
  for (auto const& [host, guest] :
       {std::pair{36U, 36U}, std::pair{39U, 39U}, std::pair{46U, 39U}, std::pair{0x3028U, 39U}}) {
    EXPECT_EQ(ask(0x8000'0008, 0, {.eax = host}).eax, 48U << 8U | guest) << host;
  }
}

TEST(Cpuid, FrequenciesFollowTheGuestsClock) {
  EXPECT_EQ(ask(0x15), (CpuidLeaf{.eax = 1, .ebx = 1, .ecx = 2'400'000'000}));
  EXPECT_EQ(ask(0x16), (CpuidLeaf{.eax = 2400, .ebx = 2400, .ecx = 100}));
  EXPECT_EQ(ask(0x4000'0010), (CpuidLeaf{.eax = 2'400'000}));
  CpuidLeaf const fast = guest_cpuid({.leaf = 0x15, .ticks_hz = std::uint64_t{5'000'000'000}}, {});
  EXPECT_EQ(std::uint64_t{fast.ecx} * fast.ebx / fast.eax, 5'000'000'000U);
  CpuidLeaf const edge = guest_cpuid({.leaf = 0x15, .ticks_hz = 0xffff'ffff}, {});
  EXPECT_EQ(edge, (CpuidLeaf{.eax = 1, .ebx = 1, .ecx = 0xffff'ffff}));
}

TEST(Cpuid, CachesAreListedUntilTheNullOne) {
  EXPECT_EQ(ask(4, 0).eax & 0xffU, 0x21U);  // data, level 1
  EXPECT_EQ(ask(4, 1).eax & 0xffU, 0x22U);
  EXPECT_EQ(ask(4, 2).eax & 0xffU, 0x43U);
  EXPECT_EQ(ask(4, 3), CpuidLeaf{});
  CpuidLeaf const l1 = ask(4, 0);
  EXPECT_EQ((l1.ebx >> 22U) + 1, 8U);
  EXPECT_EQ(((l1.ebx & 0xfffU) + 1) * ((l1.ebx >> 22U) + 1) * (l1.ecx + 1), 32U * 1024);
}

TEST(Cpuid, WhatIsNotOfferedIsZero) {
  for (std::uint32_t leaf :
       {3U,           5U,           6U,           8U,           9U,           0xaU,
        0xbU,         0xdU,         0xfU,         0x10U,        0x12U,        0x14U,
        0x17U,        0x1fU,        0x0fff'ffffU, 0x2000'0000U, 0x4000'0001U, 0x4000'0011U,
        0x8000'0005U, 0x8000'0009U, 0x8fff'ffffU, 0xc000'0000U, 0xffff'ffffU}) {
    EXPECT_EQ(ask(leaf), CpuidLeaf{}) << std::hex << leaf;
    EXPECT_FALSE(asks_host(leaf, 0)) << std::hex << leaf;
  }
}

/// Where the host is not asked, a capture holds no answer of it, and replay must not need one.
TEST(Cpuid, TheHostCountsOnlyWhereItIsAsked) {
  std::mt19937 random{1};
  for (std::uint32_t base : {0U, 0x4000'0000U, 0x8000'0000U}) {
    for (std::uint32_t leaf = base; leaf < base + 0x40; ++leaf) {
      for (std::uint32_t subleaf = 0; subleaf < 4; ++subleaf) {
        if (asks_host(leaf, subleaf)) continue;
        CpuidLeaf const host{
            static_cast<std::uint32_t>(random()), static_cast<std::uint32_t>(random()),
            static_cast<std::uint32_t>(random()), static_cast<std::uint32_t>(random())};
        ASSERT_EQ(ask(leaf, subleaf, host), ask(leaf, subleaf, {})) << std::hex << leaf;
      }
    }
  }
}

}  // namespace
}  // namespace acrn::core
