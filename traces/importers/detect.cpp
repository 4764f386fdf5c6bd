// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/detect.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>

namespace acrn::traces {
namespace {

struct Counts {
  std::array<std::uint64_t, 3> by_printer{};
  std::set<std::uint64_t> vcpu_threads;
};

bool is_of_vcpu(KvmMessage const& message) {
  return !std::holds_alternative<std::monostate>(message) &&
         !std::holds_alternative<KvmSetIrq>(message);
}

void learn_exit(KvmLine const& line, KvmExit const& exit, KvmOutline& outline) {
  Vendor const vendor = exit.number ? exit.vendor : vendor_of_reason(exit.reason);
  if (outline.vendor == Vendor::unknown) outline.vendor = vendor;
  if (exit.vcpu) outline.vcpus.learn(line.thread, *exit.vcpu);
}

void learn(KvmLine const& line, KvmOutline& outline, Counts& counts) {
  KvmParse const parsed = parse_kvm_message(line.event, line.message);
  if (is_of_vcpu(parsed.message)) counts.vcpu_threads.insert(line.thread);
  if (auto const* const exit = std::get_if<KvmExit>(&parsed.message)) {
    learn_exit(line, *exit, outline);
  } else if (auto const* const entry = std::get_if<KvmEntry>(&parsed.message)) {
    outline.has_entries = true;
    if (entry->vcpu) outline.vcpus.learn(line.thread, *entry->vcpu);
  } else if (std::holds_alternative<KvmPio>(parsed.message)) {
    outline.has_pio = true;
  } else if (std::holds_alternative<KvmUserspaceExit>(parsed.message)) {
    outline.has_userspace_exits = true;
  }
}

bool look_at_kvm(std::string_view text, Survey& result, Counts& counts) {
  auto const line = parse_kvm_line(text);
  if (!line) return false;
  if (!line->event.starts_with("kvm")) return true;
  ++result.kvm_lines;
  ++counts.by_printer[static_cast<std::size_t>(line->printer)];
  result.fraction_digits = std::max(result.fraction_digits, line->time.fraction_digits);
  learn(*line, result.outline, counts);
  return true;
}

void look_at_qemu(std::string_view text, Survey& result) {
  auto const line = parse_qemu_line(text);
  if (!line || !line->access) return;
  ++result.qemu_lines;
  if (line->time) result.qemu_clock = QemuClock::microseconds;
}

std::string_view dialect_of(Survey const& result, Counts const& counts) {
  if (result.qemu_lines == 0 && result.kvm_lines == 0) return "";
  if (result.qemu_lines > result.kvm_lines) return "qemu-log";
  constexpr std::array<std::string_view, 3> names{"kvm-ftrace", "kvm-trace-cmd", "kvm-perf-script"};
  auto const* const most = std::max_element(counts.by_printer.begin(), counts.by_printer.end());
  return names[static_cast<std::size_t>(most - counts.by_printer.begin())];
}

}  // namespace

Survey survey(std::string_view beginning) {
  Survey result;
  Counts counts;
  while (!beginning.empty()) {
    std::size_t const end = std::min(beginning.find('\n'), beginning.size());
    std::string_view text = beginning.substr(0, end);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (!text.empty() && !look_at_kvm(text, result, counts)) look_at_qemu(text, result);
    beginning.remove_prefix(std::min(end + 1, beginning.size()));
  }
  result.outline.vcpus.learn(counts.vcpu_threads);
  result.dialect = dialect_of(result, counts);
  if (result.fraction_digits != 0) result.fraction_digits = result.fraction_digits <= 6 ? 6 : 9;
  return result;
}

}  // namespace acrn::traces
