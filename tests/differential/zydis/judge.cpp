// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/zydis/judge.hpp"

#include <cctype>
#include <set>
#include <string_view>

#include "core/insn/decoder.hpp"
#include "tests/differential/zydis/compare.hpp"
#include "tests/differential/zydis/exceptions.hpp"

namespace acrn::tests {

namespace {

using core::Decoded;
using core::DecodeReason;
using core::DecodeStatus;

constexpr std::size_t example_count_max = 40;

std::string hex(unsigned byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return {digits[byte >> 4U & 15U], digits[byte & 15U]};
}

bool is_supported_mnemonic(std::string const& mnemonic) {
  static std::set<std::string> const all = [] {
    std::set<std::string> names;
    for (core::OpcodeForm const& form : core::opcode_forms) {
      std::string name;
      for (char const c : form.mnemonic) {
        name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
      names.insert(name);
    }
    return names;
  }();
  return all.count(mnemonic) != 0;
}

/// The line of the list of unsupported ones: an encoding of which core has nothing; else the
/// mnemonic, marked if it has a memory operand, and where other forms of it are supported also with
/// its opcode.
std::string unsupported_key(Reference const& theirs) {
  switch (theirs.instruction.encoding) {
    case ZYDIS_INSTRUCTION_ENCODING_3DNOW:
      return std::string{unsupported_encodings[0]};
    case ZYDIS_INSTRUCTION_ENCODING_XOP:
      return std::string{unsupported_encodings[3]};
    case ZYDIS_INSTRUCTION_ENCODING_EVEX:
      return std::string{unsupported_encodings[1]};
    case ZYDIS_INSTRUCTION_ENCODING_MVEX:
      return std::string{unsupported_encodings[2]};
    default:
      break;
  }
  std::string key = theirs.mnemonic();
  if (!theirs.names_memory()) return key;
  bool const supported = is_supported_mnemonic(key);
  key += " memory";
  if (!supported) return key;
  return key + " map" + std::to_string(theirs.instruction.opcode_map) + " " +
         hex(theirs.instruction.opcode);
}

/// Empty if all is well, else what is wrong.
std::string wrong_with(Decoded const& ours, Reference const& theirs) {
  switch (ours.status) {
    case DecodeStatus::decoded:
      if (!theirs.accepted) return "core decodes it, Zydis refuses";
      return difference(expected_of_zydis(ours.instruction, theirs).instruction, theirs);
    case DecodeStatus::need_more:
      return theirs.accepted ? "core wants more bytes, Zydis does not" : "";
    case DecodeStatus::too_long:
      return theirs.accepted ? "core finds it too long, Zydis does not" : "";
    case DecodeStatus::undefined:
      return theirs.accepted ? "core finds it undefined, Zydis " + theirs.mnemonic() : "";
    case DecodeStatus::unsupported:
      if (ours.reason == DecodeReason::register_form && theirs.accepted && theirs.names_memory()) {
        return "core sees a register, Zydis memory";
      }
      return "";
  }
  return "no such status";
}

}  // namespace

std::string show(ByteString const& input) {
  constexpr std::array<char const*, 3> sizes{"bits16", "bits32", "bits64"};
  std::string text = sizes[static_cast<std::size_t>(input.code)];
  for (std::uint8_t const byte : input.bytes()) {
    text += " " + hex(byte);
  }
  return text;
}

void Judge::judge(ByteString const& input) {
  Decoded const ours = core::decode(input.bytes(), input.code);
  Reference const theirs = reference_.decode(input.bytes(), input.code);
  ++tally_.cases;
  std::string const wrong = wrong_with(ours, theirs);
  if (!wrong.empty()) {
    ++tally_.wrong;
    if (tally_.examples.size() < example_count_max) {
      tally_.examples.push_back(show(input) + ": " + wrong);
    }
    return;
  }
  if (ours.status == DecodeStatus::decoded) {
    ++tally_.decoded;
    ++tally_.by_form[ours.instruction.form];
    char const* const exception = expected_of_zydis(ours.instruction, theirs).exception;
    if (exception != nullptr) ++tally_.by_exception[exception];
  } else if (ours.status == DecodeStatus::need_more) {
    ++tally_.need_more;
  } else if (ours.status == DecodeStatus::too_long) {
    ++tally_.too_long;
  } else if (theirs.accepted) {
    ++tally_.unsupported;
    ++tally_.by_mnemonic[unsupported_key(theirs)];
  } else {
    ++tally_.refused;
  }
}

}  // namespace acrn::tests
