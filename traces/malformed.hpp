// SPDX-License-Identifier: BSD-3-Clause
// The error of a payload whose CRC holds but whose content is wrong. Internal to the reader.
#pragma once

#include <stdexcept>
#include <string>

namespace acrn::traces {

/// what() is the end of a message: what was found, what was expected; what to do. The reader puts
/// file and offset in front and throws it as ContentError.
class Malformed : public std::runtime_error {
 public:
  explicit Malformed(std::string const& what)
      : Malformed{what,
                  "the program that wrote this is at fault: write it again, or skip this part"} {}
  Malformed(std::string const& what, std::string const& remedy)
      : std::runtime_error{what + "; " + remedy} {}
};

}  // namespace acrn::traces
