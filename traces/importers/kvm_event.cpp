// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/kvm_event.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "traces/importers/kvm_message.hpp"

namespace acrn::traces {
namespace {

struct MessageParser {
  std::string_view event;
  KvmParse (*parse)(std::string_view) noexcept;
};
constexpr std::array parsers{
    MessageParser{"kvm_pio", parse_pio},
    MessageParser{"kvm_mmio", parse_mmio},
    MessageParser{"kvm_userspace_exit", parse_userspace_exit},
    MessageParser{"kvm_exit", parse_exit},
    MessageParser{"kvm_entry", parse_entry},
    MessageParser{"kvm_set_irq", parse_set_irq},
    MessageParser{"kvm_inj_virq", parse_inj_virq},
    MessageParser{"kvm_inj_exception", parse_inj_exception},
    MessageParser{"kvm_fast_mmio", parse_fast_mmio},
};

}  // namespace

RawFields::RawFields(std::string_view message) {
  std::size_t const blank = message.find(' ');
  if (message.substr(0, blank).find('=') != std::string_view::npos) message_ = message;
}

std::optional<std::string_view> RawFields::text(std::string_view name) const {
  Scanner scanner{message_};
  while (!scanner.empty()) {
    scanner.skip_blanks();
    Scanner token{scanner.take_token()};
    if (token.take(name) && token.take('=')) return token.rest();
  }
  return std::nullopt;
}

std::optional<std::uint64_t> RawFields::number(std::string_view name) const {
  auto const value = text(name);
  return value ? Scanner{*value}.take_number() : std::nullopt;
}

std::optional<std::uint64_t> take_hex_field(Scanner& scanner, std::string_view word) noexcept {
  Scanner ahead = scanner;
  if (!ahead.take_word(word)) return std::nullopt;
  auto const value = ahead.take_hex();
  if (value) scanner = ahead;
  return value;
}

std::optional<std::uint64_t> take_decimal_field(Scanner& scanner, std::string_view word) noexcept {
  Scanner ahead = scanner;
  if (!ahead.take_word(word)) return std::nullopt;
  auto const value = ahead.take_decimal();
  if (value) scanner = ahead;
  return value;
}

KvmParse parse_kvm_message(std::string_view event, std::string_view message) noexcept {
  auto const* const found = std::find_if(parsers.begin(), parsers.end(),
                                         [&](MessageParser const& p) { return p.event == event; });
  return found == parsers.end() ? KvmParse{} : found->parse(message);
}

bool shows_vcpu_running(std::string_view event) noexcept {
  static constexpr std::array<std::string_view, 13> events{
      "kvm_pio",      "kvm_mmio", "kvm_fpu",        "kvm_emulate_insn", "kvm_userspace_exit",
      "kvm_entry",    "kvm_exit", "kvm_cpuid",      "kvm_msr",          "kvm_fast_mmio",
      "kvm_inj_virq", "kvm_cr",   "kvm_page_fault",
  };
  return std::find(events.begin(), events.end(), event) != events.end();
}

}  // namespace acrn::traces
