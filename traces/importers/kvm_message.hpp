// SPDX-License-Identifier: BSD-3-Clause
// The parsers of single KVM messages, one per event, and what they share. For kvm_event.cpp only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "traces/importers/kvm_event.hpp"
#include "traces/importers/scanner.hpp"

namespace acrn::traces {

/// The fields of `trace-cmd report -R`: "rw=1 port=0x70 size=1".
class RawFields {
 public:
  explicit RawFields(std::string_view message);
  /// Whether the message is of this form at all.
  [[nodiscard]] bool any() const { return !message_.empty(); }
  [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;
  /// Decimal, or hexadecimal after "0x".
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const;

 private:
  std::string_view message_;
};

/// `word number`, hexadecimal; consumes nothing where they are not there.
std::optional<std::uint64_t> take_hex_field(Scanner& scanner, std::string_view word) noexcept;
/// `word number`, decimal.
std::optional<std::uint64_t> take_decimal_field(Scanner& scanner, std::string_view word) noexcept;

inline KvmParse refused(char const* reason) noexcept { return {{}, reason}; }
inline KvmParse bad_form() noexcept {
  return refused("message is not in a form that this event is printed in");
}

KvmParse parse_pio(std::string_view message) noexcept;
KvmParse parse_mmio(std::string_view message) noexcept;
KvmParse parse_fast_mmio(std::string_view message) noexcept;
KvmParse parse_userspace_exit(std::string_view message) noexcept;
KvmParse parse_exit(std::string_view message) noexcept;
KvmParse parse_entry(std::string_view message) noexcept;
KvmParse parse_set_irq(std::string_view message) noexcept;
KvmParse parse_inj_virq(std::string_view message) noexcept;
KvmParse parse_inj_exception(std::string_view message) noexcept;

}  // namespace acrn::traces
