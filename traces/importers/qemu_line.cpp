// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/qemu_line.hpp"

#include <algorithm>
#include <cstddef>

#include "traces/importers/scanner.hpp"

namespace acrn::traces {
namespace {

constexpr std::size_t region_name_max = 128;

// "12345@1795210772.997891:"
std::optional<TextStamp> take_prefix(Scanner& scanner) {
  Scanner ahead = scanner;
  if (!ahead.take_decimal() || !ahead.take('@')) return std::nullopt;
  auto const seconds = ahead.take_decimal();
  if (!seconds || !ahead.take('.')) return std::nullopt;
  std::size_t const before = ahead.rest().size();
  auto const fraction = ahead.take_decimal();
  auto const digits = static_cast<std::uint8_t>(before - ahead.rest().size());
  if (!fraction || !ahead.take(':')) return std::nullopt;
  scanner = ahead;
  return TextStamp{*seconds, *fraction, digits};
}

bool is_event_name(std::string_view name) {
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
         name.find('_') != std::string_view::npos &&
         std::all_of(name.begin(), name.end(), is_name_char);
}

std::optional<std::uint64_t> take_hex(Scanner& scanner, std::string_view word) {
  return scanner.take_word(word) ? scanner.take_hex() : std::nullopt;
}

// "cpu 0 mr 0x55 addr 0x3f8 value 0x41 size 1 name 'serial'"
char const* parse_access(Scanner scanner, QemuAccess& access) {
  if (scanner.take_word("cpu")) {
    bool const negative = scanner.take('-');
    auto const cpu = scanner.take_decimal();
    if (!cpu || *cpu > 0xFFFF'FFFF) return "cpu is not a number";
    access.cpu = negative ? -static_cast<std::int64_t>(*cpu) : static_cast<std::int64_t>(*cpu);
  }
  auto const region = take_hex(scanner, "mr");
  auto const address = take_hex(scanner, "addr");
  auto const value = take_hex(scanner, "value");
  bool const sized = scanner.take_word("size");
  auto const size = sized ? scanner.take_decimal() : std::nullopt;
  if (!region || !address || !value || !size) {
    return "no 'mr 0x.. addr 0x.. value 0x.. size N' after the event's name";
  }
  access.region = *region;
  access.address = *address;
  access.value = *value;
  access.size = *size;
  if (scanner.take_word("name") && scanner.take('\'')) {
    std::string_view const quoted = scanner.rest();
    std::size_t const end = quoted.rfind('\'');
    if (end == std::string_view::npos) return "region name without its closing quote";
    access.name = quoted.substr(0, std::min(end, region_name_max));
  }
  return nullptr;
}

}  // namespace

std::optional<QemuLine> parse_qemu_line(std::string_view text) noexcept {
  Scanner scanner{text};
  QemuLine line;
  line.time = take_prefix(scanner);
  line.event = scanner.take_token();
  QemuAccess access;
  if (line.event == "memory_region_ops_write") {
    access.direction = core::Direction::write;
  } else if (line.event != "memory_region_ops_read") {
    if (!is_event_name(line.event)) return std::nullopt;
    return line;
  }
  line.refused = parse_access(scanner, access);
  if (line.refused == nullptr) line.access = access;
  return line;
}

}  // namespace acrn::traces
