// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/native/case_source.hpp"

#include "tests/differential/native/case_maker.hpp"
#include "tests/support/numbers.hpp"

namespace acrn::tests {

std::optional<InstructionCase> CaseSource::draw(std::uint64_t number, std::uint16_t form,
                                                core::CodeSize code) const {
  Numbers numbers{Numbers{seed_ ^ number * 0xD6E8'FEB8'6659'FD93U}.next()};
  constexpr unsigned tries = 200;
  InstructionCase result;
  result.form = form;
  result.code = code;
  for (unsigned i = 0; i < tries; ++i) {
    if (CaseMaker{numbers, region_, result}.make()) return result;
  }
  return std::nullopt;
}

}  // namespace acrn::tests
