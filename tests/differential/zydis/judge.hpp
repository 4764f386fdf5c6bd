// SPDX-License-Identifier: BSD-3-Clause
// Decides whether core and Zydis agree on one byte string, and counts what they said.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/insn/opcode_table.hpp"
#include "tests/differential/zydis/byte_source.hpp"
#include "tests/differential/zydis/reference.hpp"

namespace acrn::tests {

/// Counts over many cases.
struct Tally {
  std::uint64_t cases{};
  std::uint64_t decoded{};      ///< by both, alike
  std::uint64_t need_more{};    ///< core wants more bytes, and Zydis does not accept
  std::uint64_t too_long{};     ///< core says longer than 15 bytes, and Zydis does not accept
  std::uint64_t refused{};      ///< by both
  std::uint64_t unsupported{};  ///< core has no row; `by_mnemonic` says what it is
  std::map<std::string, std::uint64_t> by_mnemonic;   ///< what Zydis calls the unsupported ones
  std::map<std::string, std::uint64_t> by_exception;  ///< decoded, and Zydis known to differ
  std::array<std::uint64_t, core::opcode_forms.size()> by_form{};
  std::uint64_t wrong{};
  std::vector<std::string> examples;  ///< the first disagreements, with their bytes
};

/// The encodings of which core has nothing; the list of unsupported ones has them as a whole.
inline constexpr std::array<std::string_view, 4> unsupported_encodings{
    "encoding 3DNow!", "encoding EVEX", "encoding MVEX", "encoding XOP"};

class Judge {
 public:
  /// Decodes with both and adds to the tally.
  void judge(ByteString const& input);
  [[nodiscard]] Tally const& tally() const { return tally_; }

 private:
  ReferenceDecoder reference_;
  Tally tally_;
};

/// "bits32 66 0F 11 ...": how a case is shown.
std::string show(ByteString const& input);

}  // namespace acrn::tests
