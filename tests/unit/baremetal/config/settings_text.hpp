// SPDX-License-Identifier: BSD-3-Clause
// Settings as a test writes them, with modules for them to name.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "baremetal/config/parse.hpp"

namespace acrn::baremetal::test {

inline constexpr std::array modules{BootModule{"config", "", {}}, BootModule{"linux", "", {}},
                                    BootModule{"initrd", "", {}}, BootModule{"other", "", {}}};

inline core::Expected<Configuration, ConfigError> parse(std::string_view command_line,
                                                        std::string_view module_text = {}) {
  return parse_configuration(
      {.command_line = command_line, .module_text = module_text, .modules = modules});
}

inline Configuration good(std::string_view command_line, std::string_view module_text = {}) {
  auto const result = parse(command_line, module_text);
  EXPECT_TRUE(result.has_value()) << result.error().line.text();
  return result ? *result : Configuration{};
}

/// The error without "configuration: ", which each begins with.
inline std::string wrong(std::string_view command_line, std::string_view module_text = {}) {
  auto const result = parse(command_line, module_text);
  if (result) return "no error";
  std::string const text{result.error().line.text()};
  EXPECT_EQ(text.find("configuration: "), 0U) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  EXPECT_FALSE(text.ends_with("...")) << "cut off: " << text;
  return text.substr(std::string_view{"configuration: "}.size());
}

}  // namespace acrn::baremetal::test
