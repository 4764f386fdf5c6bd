// SPDX-License-Identifier: BSD-3-Clause
// acrntb explain ept: the exit qualification of an EPT violation, field by field.
#include <fmt/format.h>

#include <array>

#include "core/bits.hpp"
#include "core/decode/ept_qualification.hpp"
#include "sim/cli/explain.hpp"
#include "sim/cli/explain_input.hpp"

namespace acrn::cli {
namespace {

using core::EptQualification;

std::string access_text(EptQualification const& ept) {
  if (ept.fetch) return "instruction fetch";
  if (ept.read && ept.write) return "read-modify-write";
  return ept.write ? "data write" : "data read";
}

std::string page_text(EptQualification const& ept) {
  if (!ept.readable && !ept.writable && !ept.executable) return "not mapped";
  std::string rights;
  rights += ept.readable ? 'r' : '-';
  rights += ept.writable ? 'w' : '-';
  rights += ept.executable ? 'x' : '-';
  return "mapped " + rights;
}

bool in_page_walk(EptQualification const& ept) {
  return ept.linear_address_valid && !ept.final_translation;
}

std::string summary_text(EptQualification const& ept) {
  if (!ept.is_valid()) return "no CPU that follows the SDM makes this word";
  return fmt::format("{} {} a page that is {}", access_text(ept),
                     ept.fetch || !ept.write ? "from" : "to", page_text(ept));
}

std::string asks_text(EptQualification const& ept) {
  if (!ept.is_valid()) return "nothing: no access is named, or bit 8 has no linear address";
  if (ept.fetch) return "nothing: a fetch from there is not emulated";
  if (in_page_walk(ept)) {
    return "nothing: the guest's page tables lie there, which is not emulated for an undecoded "
           "instruction";
  }
  if (ept.is_write_protection()) {
    return "the write as a write-protect request: the page may be read and executed";
  }
  return "the instruction at CS:RIP decoded, and its accesses to the exit's guest-physical address";
}

struct Bit {
  unsigned number;
  std::string_view name;
  std::string_view set;
  std::string_view clear;
};

constexpr std::string_view undefined = "undefined here";

/// Bits that mean something only with others, as the SDM says which.
bool is_defined(unsigned bit, EptQualification const& ept) {
  if (bit == 8) return ept.linear_address_valid;
  if (bit >= 9 && bit <= 11) return ept.linear_address_valid && ept.final_translation;
  return true;
}

constexpr auto bits_in_order = std::to_array<Bit>({
    {0, "data read", "the access was a read", "not a data read"},
    {1, "data write", "the access was a write; a read-modify-write too, maybe without bit 0",
     "not a data write"},
    {2, "instruction fetch", "the access was a fetch", "not a fetch"},
    {3, "readable", "EPT lets the page be read", "EPT forbids reads"},
    {4, "writable", "EPT lets the page be written", "EPT forbids writes"},
    {5, "executable", "EPT lets the page be executed", "EPT forbids execution"},
    {6, "user-mode executable", "executable in user mode, if that control is on",
     "not executable in user mode, if that control is on"},
    {7, "linear address valid", "the guest linear-address field is valid",
     "there is no linear address"},
    {8, "final translation", "the access was to what the linear address translates to",
     "the access was to a paging structure, in a page walk or an update of its bits"},
    {9, "user-mode address", "a user-mode linear address, if the CPU tells",
     "a supervisor-mode linear address, if the CPU tells"},
    {10, "linear writable", "the guest's paging lets it be written, if the CPU tells",
     "the guest's paging makes it read-only, if the CPU tells"},
    {11, "execute-disable", "the guest's paging forbids execution, if the CPU tells",
     "the guest's paging lets it be executed, if the CPU tells"},
    {12, "NMI unblocking", "IRET had unblocked NMIs", "no NMI unblocking due to IRET"},
    {13, "shadow stack", "a shadow-stack access", "not a shadow-stack access"},
    {14, "supervisor shadow stack", "EPT marks the page so, if that control is on",
     "EPT does not mark the page so, or undefined"},
    {15, "guest-paging verification", "caused by guest-paging verification",
     "not caused by guest-paging verification"},
    {16, "asynchronous", "not by an instruction, but by trace output and the like",
     "by an instruction or the delivery of an event"},
});

Table fields(std::uint64_t raw, EptQualification const& ept) {
  Table table{.name = "fields", .columns = {"bits", "field", "value", "means"}, .rows = {}};
  for (Bit const& bit : bits_in_order) {
    std::uint64_t const value = raw >> bit.number & 1U;
    std::string_view const means = value != 0 ? bit.set : bit.clear;
    table.rows.push_back({words(fmt::format("{}", bit.number)), words(bit.name), hex(value),
                          words(is_defined(bit.number, ept) ? means : undefined)});
  }
  std::uint64_t const reserved = core::place<63, 17>(core::bits<63, 17>(raw));
  table.rows.push_back(
      {words("63:17"), words("reserved"), hex(core::bits<63, 17>(raw)),
       words(reserved == 0 ? "reserved, clear" : "reserved: " + set_bits_text(reserved))});
  return table;
}

std::vector<std::string> nearest_words(std::uint64_t raw) {
  std::vector<std::string> nearest;
  EptQualification base = core::decode_ept_qualification(raw);
  if (!base.linear_address_valid) base.final_translation = false;
  auto const add = [&nearest](EptQualification const& ept) {
    nearest.push_back(fmt::format("{:#x} {}", encode_ept_qualification(ept), summary_text(ept)));
  };
  if (base.is_valid()) {
    add(base);
    base.linear_address_valid = true;
    base.final_translation = true;
    add(base);
    return nearest;
  }
  for (auto const member :
       {&EptQualification::read, &EptQualification::write, &EptQualification::fetch}) {
    EptQualification candidate = base;
    candidate.*member = true;
    add(candidate);
  }
  return nearest;
}

}  // namespace

Explanation explain_ept(std::string_view qualification) {
  std::uint64_t const raw = number_argument("exit qualification", qualification, "0x182");
  EptQualification const ept = core::decode_ept_qualification(raw);
  Explanation answer{.subject = "ept", .given = std::string{qualification}};
  answer.summary = summary_text(ept);
  answer.facts = {{"exit_reason", {48, "48, EPT violation"}},
                  {"access", words(ept.is_valid() ? access_text(ept) : "none")},
                  {"page", words(page_text(ept))},
                  {"asks_for", words(asks_text(ept))}};
  if (!ept.is_valid()) {
    answer.meaning = Meaning::none;
    answer.nearest = nearest_words(raw);
  }
  answer.tables = {fields(raw, ept)};
  answer.sources = {
      {"Intel SDM vol. 3C (Sep 2023)", "table 28-7", "Exit Qualification for EPT Violations"}};
  return answer;
}

}  // namespace acrn::cli
