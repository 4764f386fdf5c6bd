// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/kvm_importer.hpp"

#include <utility>

#include "traces/importers/scanner.hpp"

namespace acrn::traces {
namespace {

constexpr std::size_t cpus_max = 8192;
constexpr char const* no_event = "not an event line: no 'task-pid [cpu] time: event:' in it";
constexpr char const* relative_time =
    "microseconds without a beginning; turn ftrace's latency-format option off";
constexpr char const* too_long = "line longer than 64 KiB";

// kvm_fpu "unload" comes on the way out to user space.
bool is_way_out(KvmLine const& line) {
  return line.event == "kvm_fpu" && (line.message == "unload" || line.message == "load=0");
}

bool failed_instruction(std::string_view message) {
  return message.ends_with("FAIL") || message.ends_with("failed");
}

}  // namespace

KvmImporter::KvmImporter(KvmOutline outline, std::uint8_t digits, RowSink& sink, LineTally& tally)
    : machine_(std::move(outline), sink, tally), tally_(tally), digits_(digits) {}

void KvmImporter::take(Line const& line) {
  if (auto const whole = breaks_.take(line)) {
    take_whole(*whole);
  } else {
    tally_.used("piece of a line that a mailer broke");
  }
}

void KvmImporter::take_whole(Line const& line) {
  if (line.too_long) {
    tally_.rejected(line, too_long);
    return;
  }
  auto const event = line.text.starts_with('#') ? std::nullopt : parse_kvm_line(line.text);
  if (!event) {
    take_other(line);
    return;
  }
  drop_wrapped();
  take_event(*event, line);
}

void KvmImporter::take_other(Line const& line) {
  char const* const remark = kvm_remark_kind(line.text);
  if (wrapped_ && remark == nullptr) {
    Wrapped const wrapped = *std::exchange(wrapped_, std::nullopt);
    KvmLine joined = wrapped.head;
    joined.event = wrapped.event;
    Scanner message{line.text};
    while (message.take('>') || message.take(' ')) {
    }
    joined.message = trim(message.rest());
    tally_.used("line wrapped after the event's name");
    take_event(joined, line);
    return;
  }
  drop_wrapped();
  if (std::uint64_t const overwritten = overwritten_entries(line.text); overwritten != 0) {
    machine_.lost(std::nullopt, overwritten);
  }
  if (remark != nullptr) {
    tally_.ignored(remark);
  } else if (auto const marker = parse_lost_marker(line.text)) {
    bool const known = marker->cpu && *marker->cpu < thread_on_cpu_.size();
    machine_.lost(known ? thread_on_cpu_[*marker->cpu] : std::nullopt, marker->count);
    tally_.used("marker of lost events");
  } else {
    tally_.rejected(line, has_relative_time(line.text) ? relative_time : no_event);
  }
}

void KvmImporter::take_event(KvmLine const& event, Line const& line) {
  KvmParse const parsed = parse_kvm_message(event.event, event.message);
  if (parsed.refused != nullptr && event.message.empty()) {
    wrapped_ = Wrapped{event, std::string{event.event}, std::string{line.text}, line.number};
    return;
  }
  if (parsed.refused != nullptr) {
    tally_.rejected(line, parsed.refused);
    return;
  }
  KvmMoment const moment{event.thread, event.time.ticks(digits_)};
  note_order(event, moment.time);
  if (!std::holds_alternative<std::monostate>(parsed.message)) {
    char const* const refused = machine_.take(moment, parsed.message);
    refused == nullptr ? tally_.used(event.event) : tally_.rejected(line, refused);
    return;
  }
  tally_.ignored(event.event);
  if (event.event == "kvm_emulate_insn" && !failed_instruction(event.message)) {
    machine_.instruction(moment);
  } else if (shows_vcpu_running(event.event) && !is_way_out(event)) {
    machine_.running(moment);
  }
}

void KvmImporter::note_order(KvmLine const& event, std::uint64_t time) {
  if (time < latest_time_) tally_.note("time stamp before that of an earlier line");
  latest_time_ = time;
  if (!event.cpu || *event.cpu >= cpus_max) return;
  if (*event.cpu >= thread_on_cpu_.size()) thread_on_cpu_.resize(*event.cpu + 1);
  thread_on_cpu_[*event.cpu] = event.thread;
}

void KvmImporter::drop_wrapped() {
  if (!wrapped_) return;
  Wrapped const wrapped = *std::exchange(wrapped_, std::nullopt);
  tally_.rejected({wrapped.text, wrapped.number, false}, "event without its message");
}

void KvmImporter::finish() {
  if (auto const piece = breaks_.finish()) {
    take_whole(*piece);
  }
  drop_wrapped();
  machine_.finish();
}

}  // namespace acrn::traces
