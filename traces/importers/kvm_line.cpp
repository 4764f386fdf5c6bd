// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/kvm_line.hpp"

#include <cstddef>

#include "traces/importers/scanner.hpp"

namespace acrn::traces {
namespace {

constexpr std::size_t flags_length_max = 8;

std::string_view without_quoting(std::string_view text) {
  while (text.starts_with('>')) {
    text.remove_prefix(1);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return text;
}

std::optional<TextStamp> take_stamp(Scanner& scanner) {
  Scanner ahead = scanner;
  auto const seconds = ahead.take_decimal();
  if (!seconds) return std::nullopt;
  TextStamp stamp{*seconds, 0, 0};
  if (ahead.take('.')) {
    std::size_t const before = ahead.rest().size();
    auto const fraction = ahead.take_decimal();
    if (!fraction) return std::nullopt;
    stamp.fraction = *fraction;
    stamp.fraction_digits = static_cast<std::uint8_t>(before - ahead.rest().size());
  }
  if (!ahead.take(':')) return std::nullopt;
  scanner = ahead;
  return stamp;
}

// The thread id at the right end of `task`, and what stands before it.
bool take_thread(std::string_view task, KvmLine& line) {
  task = trim(task);
  if (task.ends_with(')')) {  // the TGID column of ftrace: "comm-12 (   12)"
    std::size_t const open = task.rfind('(');
    if (open == std::string_view::npos) return false;
    task = trim(task.substr(0, open));
  }
  std::size_t digits = 0;
  while (digits < task.size() && is_digit(task[task.size() - 1 - digits])) ++digits;
  auto const thread = Scanner{task.substr(task.size() - digits)}.take_decimal();
  if (!thread) return false;
  line.thread = *thread;
  char const before = digits < task.size() ? task[task.size() - 1 - digits] : ' ';
  line.printer = before == '-' ? KvmPrinter::ftrace : KvmPrinter::perf_script;
  return before == '-' || before == ' ' || before == '/' || before == '\t';
}

// "event: message", after the time stamp.
bool take_event(Scanner scanner, KvmLine& line) {
  scanner.skip_blanks();
  Scanner after_period = scanner;  // perf script -F +period: "1 kvm:kvm_pio: ..."
  if (after_period.take_decimal() && after_period.take(' ')) {
    after_period.skip_blanks();
    scanner = after_period;
  }
  std::string_view const text = scanner.rest();
  std::size_t length = 0;
  while (length < text.size() && is_name_char(text[length])) ++length;
  if (length == 0 || length == text.size() || text[length] != ':') return false;
  std::string_view const after = text.substr(length + 1);
  if (!after.empty() && is_name_char(after.front())) {  // "kvm:kvm_pio:": the first is the system
    return take_event(Scanner{after}, line);
  }
  line.event = text.substr(0, length);
  line.message = trim(after);
  if (line.printer == KvmPrinter::ftrace && after.starts_with("  ")) {
    line.printer = KvmPrinter::trace_cmd;  // pads event names to a column
  }
  return true;
}

// "flags? time: event: message", after the CPU.
bool take_after_cpu(Scanner scanner, KvmLine& line) {
  scanner.skip_blanks();
  auto stamp = take_stamp(scanner);
  if (!stamp) {
    if (scanner.take_token().size() > flags_length_max) return false;
    scanner.skip_blanks();
    stamp = take_stamp(scanner);
  }
  if (!stamp) return false;
  line.time = *stamp;
  return take_event(scanner, line);
}

// The CPU and the flags at the right end of `task` in trace-cmd's latency format: "3d..1" or, with
// a blank between, "3 d..1". Takes them off.
bool take_latency_column(std::string_view& task, KvmLine& line) {
  std::size_t const start = task.find_last_of(" \t");
  if (start == std::string_view::npos) return false;
  Scanner column{task.substr(start + 1)};
  std::string_view rest = trim(task.substr(0, start));
  auto cpu = column.take_decimal();
  std::string_view const flags = column.rest();
  if (flags.empty() || flags.size() > flags_length_max) return false;
  if (!cpu) {
    std::size_t const before = rest.find_last_of(" \t");
    if (before == std::string_view::npos) return false;
    column = Scanner{rest.substr(before + 1)};
    cpu = column.take_decimal();
    if (!cpu || !column.empty()) return false;
    rest = trim(rest.substr(0, before));
  }
  line.cpu = cpu;
  task = rest;
  return true;
}

// Without "[cpu]": perf script -F without the CPU, "comm pid time: event: message", and trace-cmd's
// latency format, "comm-pid 3d..1 time: event: message".
std::optional<KvmLine> parse_without_cpu(std::string_view text) {
  for (std::size_t colon = text.find(": "); colon != std::string_view::npos;
       colon = text.find(": ", colon + 1)) {
    std::size_t start = colon;
    while (start > 0 && (is_digit(text[start - 1]) || text[start - 1] == '.')) --start;
    if (start == colon || start == 0 || !is_blank(text[start - 1])) continue;
    KvmLine line;
    Scanner scanner{text.substr(start)};
    auto const stamp = take_stamp(scanner);
    std::string_view task = trim(text.substr(0, start));
    bool const latency = take_latency_column(task, line);
    if (!stamp || !take_thread(task, line)) continue;
    line.time = *stamp;
    bool const by_perf = line.printer == KvmPrinter::perf_script;
    if (by_perf != latency && take_event(scanner, line)) return line;
  }
  return std::nullopt;
}

// "ffffffffc0a2b3c4 kvm_emulate_pio+0x64 ([kvm])", as perf script prints for recordings with -g.
bool is_call_chain(std::string_view text) {
  constexpr std::size_t address_digits_min = 6;
  std::size_t digits = 0;
  while (digits < text.size() && hex_digit(text[digits]) < 16) ++digits;
  return digits >= address_digits_min && digits < text.size() && text[digits] == ' ';
}

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view mark) {
  std::size_t const at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  Scanner scanner{text.substr(at + mark.size())};
  scanner.skip_blanks();
  return scanner.take_decimal();
}

}  // namespace

std::uint64_t TextStamp::ticks(std::uint8_t digits) const noexcept {
  std::uint64_t scaled = fraction;
  std::uint64_t unit = 1;
  for (std::uint8_t digit = 0; digit < digits; ++digit) unit *= 10;
  for (std::uint8_t digit = fraction_digits; digit < digits; ++digit) scaled *= 10;
  for (std::uint8_t digit = digits; digit < fraction_digits; ++digit) scaled /= 10;
  return fraction_digits == 0 && digits == 0 ? seconds : seconds * unit + scaled;
}

std::optional<KvmLine> parse_kvm_line(std::string_view text) noexcept {
  text = without_quoting(text);
  for (std::size_t open = text.find('['); open != std::string_view::npos;
       open = text.find('[', open + 1)) {
    KvmLine line;
    Scanner scanner{text.substr(open + 1)};
    line.cpu = scanner.take_decimal();
    if (!line.cpu || !scanner.take(']')) continue;
    if (take_thread(text.substr(0, open), line) && take_after_cpu(scanner, line)) return line;
  }
  return parse_without_cpu(text);
}

bool has_relative_time(std::string_view text) noexcept {
  constexpr std::string_view marks = "+!#*@$ ";  // how long until the next event
  for (std::size_t at = text.find("us"); at != std::string_view::npos;
       at = text.find("us", at + 1)) {
    if (at == 0 || !is_digit(text[at - 1])) continue;
    std::size_t const colon = text.find_first_not_of(marks, at + 2);
    if (colon != std::string_view::npos && text[colon] == ':') return true;
  }
  return false;
}

std::optional<LostMarker> parse_lost_marker(std::string_view text) noexcept {
  text = without_quoting(text);
  LostMarker marker;
  if (text.find("PERF_RECORD_LOST") != std::string_view::npos) {
    marker.count = number_after(text, " lost ").value_or(1);
    marker.cpu = number_after(text, "[");
    return marker;
  }
  Scanner scanner{trim(text)};
  if (!scanner.take("CPU:")) return std::nullopt;
  marker.cpu = scanner.take_decimal();
  scanner.skip_blanks();
  if (!scanner.take('[')) return std::nullopt;
  bool const lost_first = scanner.take("LOST ");
  marker.count = scanner.take_decimal().value_or(1);
  scanner.skip_blanks();
  if (!scanner.take(lost_first ? "EVENTS]" : "EVENTS DROPPED]")) return std::nullopt;
  return marker;
}

std::uint64_t overwritten_entries(std::string_view text) noexcept {
  std::string_view const mark = "entries-in-buffer/entries-written:";
  std::size_t const at = text.find(mark);
  if (!text.starts_with('#') || at == std::string_view::npos) return 0;
  Scanner scanner{text.substr(at + mark.size())};
  scanner.skip_blanks();
  auto const kept = scanner.take_decimal();
  if (!kept || !scanner.take('/')) return 0;
  auto const written = scanner.take_decimal();
  return written && *written > *kept ? *written - *kept : 0;
}

char const* kvm_remark_kind(std::string_view text) noexcept {
  text = trim(without_quoting(text));
  if (text.empty()) return "blank line";
  if (text.starts_with('#')) return "comment";
  if (text.starts_with("=> ") || is_call_chain(text)) return "call chain";
  bool const heading = text.starts_with("cpus=") || text.starts_with("version = ") ||
                       (text.starts_with("CPU ") && text.ends_with(" is empty"));
  return heading ? "trace-cmd heading" : nullptr;
}

}  // namespace acrn::traces
