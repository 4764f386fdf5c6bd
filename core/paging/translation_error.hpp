// SPDX-License-Identifier: BSD-3-Clause
// Why a guest's address could not be turned into guest-physical ones: a fault of the guest's, or a
// refusal of the memory behind its tables.
#pragma once

#include <cstdint>

namespace acrn::core {

/// The first three are exceptions to inject. The others are no guest-visible event of any CPU: the
/// host decides, and must not pretend that the instruction was executed.
enum class TranslationFailure : std::uint8_t {
  general_protection,    ///< #GP(error_code)
  stack_fault,           ///< #SS(error_code)
  page_fault,            ///< #PF(error_code), CR2 = address
  table_not_ram,         ///< a page-table entry, at guest-physical `address`, is not in RAM
  table_update_refused,  ///< accessed or dirty could not be set in the entry at `address`: memory
                         ///< that refuses, or that changes as fast as it is looked at
  memory_not_ram,        ///< code or a descriptor, at guest-physical `address`, is not in RAM
};

/// A failed translation. Nothing was accessed but page tables.
struct TranslationError {
  TranslationFailure failure{};
  std::uint32_t error_code{};  ///< of the first three failures; 0 for the others
  std::uint64_t address{};     ///< linear or guest-physical, as `failure` says; else 0
  friend constexpr bool operator==(TranslationError const&, TranslationError const&) = default;
};

/// Whether the error is an exception of the guest's, to be injected.
constexpr bool is_exception(TranslationError const& error) noexcept {
  return error.failure <= TranslationFailure::page_fault;
}

}  // namespace acrn::core
