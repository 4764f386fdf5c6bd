// SPDX-License-Identifier: BSD-3-Clause
// acrntb explain hypercall: what a call takes and answers.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <vector>

#include "core/hypercall/call_table.hpp"
#include "sim/cli/explain.hpp"
#include "sim/cli/explain_input.hpp"

namespace acrn::cli {
namespace {

using core::CallInfo;

constexpr std::string_view prefix = "HC_";

std::uint64_t id_of(CallInfo const& call) { return static_cast<std::uint64_t>(call.id); }

std::string describe(CallInfo const& call) {
  return fmt::format("{:#x} {}", id_of(call), call.name);
}

CallInfo const* find_name(std::string_view text) {
  std::string const wanted = capitals(text);
  for (CallInfo const& call : core::call_table) {
    if (wanted == call.name || wanted == call.name.substr(prefix.size())) return &call;
  }
  return nullptr;
}

/// What the number was meant to be: a call whose low half or last byte it is, else the calls next
/// to it.
std::vector<std::string> nearest_numbers(std::uint64_t value) {
  for (std::uint64_t const mask : {0xffff'ffffU, 0xffU}) {
    for (CallInfo const& call : core::call_table) {
      bool const part =
          mask == 0xffU ? value == (id_of(call) & mask) : (value & mask) == id_of(call);
      if (part) return {describe(call)};
    }
  }
  std::uint64_t best = std::numeric_limits<std::uint64_t>::max();
  std::vector<std::string> nearest;
  for (CallInfo const& call : core::call_table) {
    std::uint64_t const distance = std::max(value, id_of(call)) - std::min(value, id_of(call));
    if (distance > best) continue;
    if (distance < best) nearest.clear();
    best = distance;
    nearest.push_back(describe(call));
  }
  return nearest;
}

std::vector<std::string> nearest_calls(std::string_view text) {
  bool const prefixed = capitals(text).starts_with(prefix);
  std::vector<std::string> names;
  names.reserve(core::call_table.size());
  for (CallInfo const& call : core::call_table) {
    names.emplace_back(prefixed ? call.name : call.name.substr(prefix.size()));
  }
  std::vector<std::string> nearest;
  for (std::string const& found : nearest_names(text, names)) {
    nearest.push_back(describe(*find_name(found)));
  }
  if (nearest.empty()) {
    std::ranges::transform(core::call_table, std::back_inserter(nearest), describe);
  }
  return nearest;
}

Explanation unknown_call(std::string_view text, std::vector<std::string> nearest) {
  Explanation answer{.subject = "hypercall",
                     .given = std::string{text},
                     .meaning = Meaning::none,
                     .summary = "no call of the I/O path; the hypervisor answers -25 (ENOTTY)"};
  answer.nearest = std::move(nearest);
  answer.sources = {{"ACRN hypervisor (2025)", "include/public/acrn_hv_defs.h", ""}};
  return answer;
}

Table arguments(CallInfo const& call) {
  Table table{.name = "arguments", .columns = {"register", "holds"}, .rows = {}};
  table.rows.push_back({words("R8"), words(fmt::format("{:#x}, all 64 bits", id_of(call)))});
  table.rows.push_back({words("RDI"), words(call.first)});
  table.rows.push_back({words("RSI"), words(call.second.empty() ? "not looked at" : call.second)});
  return table;
}

std::string error_text(std::int32_t number) {
  std::string_view const name = core::errors::name(number);
  return name.empty() ? fmt::format("{}", number) : fmt::format("{} ({})", number, name);
}

Table results(CallInfo const& call) {
  Table table{.name = "results", .columns = {"result", "when"}, .rows = {}};
  table.rows.push_back({words("RAX 0"), words("done")});
  for (core::CallError const& error : call.errors) {
    if (error.number == 0) continue;
    table.rows.push_back({words("RAX " + error_text(error.number)), words(error.when)});
  }
  table.rows.push_back({words("#UD"), words("the caller is not the service VM")});
  table.rows.push_back({words("#GP(0)"), words("the caller is not in ring 0")});
  return table;
}

}  // namespace

Explanation explain_hypercall(std::string_view text) {
  CallInfo const* call = nullptr;
  if (is_number_text(text)) {
    std::uint64_t const value =
        number_argument("hypercall", text, "0x80000031, HC_NOTIFY_REQUEST_FINISH");
    call = core::find_call(value);
    if (call == nullptr) return unknown_call(text, nearest_numbers(value));
  } else {
    call = find_name(text);
    if (call == nullptr) return unknown_call(text, nearest_calls(text));
  }
  Explanation answer{.subject = "hypercall",
                     .given = std::string{text},
                     .summary = fmt::format("{} {}", call->name, call->purpose)};
  answer.facts = {{"name", words(call->name)}, {"id", hex(id_of(*call))}};
  answer.tables = {arguments(*call), results(*call)};
  answer.sources = {
      {"ACRN hypervisor (2025)", "include/public/acrn_hv_defs.h", std::string{call->name}},
      {"this project", "core/hypercall/call_table.hpp", "results"}};
  return answer;
}

}  // namespace acrn::cli
