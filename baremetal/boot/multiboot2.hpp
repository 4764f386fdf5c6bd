// SPDX-License-Identifier: BSD-3-Clause
// What the boot loader hands over: the multiboot2 boot information, read with every size bounded.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace acrn::baremetal {

/// The most boot information that is looked at, in bytes. GRUB's is 1 to 4 KiB.
inline constexpr std::uint32_t boot_information_size_max = 64U << 10U;

/// The command line of the image, or nothing when the boot information has no such tag, is cut, or
/// is malformed. `information` starts at the fixed part (total size, reserved).
/// Source: Multiboot2 Specification 2.0, sections 3.4.1, 3.4.2 and 3.4.5 (tag type 1).
std::optional<std::string_view> boot_command_line(
    std::span<std::uint8_t const> information) noexcept;

/// The value of `key=value` among the words of `command_line`; the first one counts. Nothing when
/// no word starts with `key=`.
std::optional<std::string_view> boot_option(std::string_view command_line,
                                            std::string_view key) noexcept;

}  // namespace acrn::baremetal
