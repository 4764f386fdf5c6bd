// SPDX-License-Identifier: BSD-3-Clause
// Why a guest could not be loaded, and the sentence about it.
#pragma once

#include <cstdint>
#include <string_view>

#include "baremetal/config/text_line.hpp"

namespace acrn::baremetal {

enum class LoadProblem : std::uint8_t {
  kernel_empty,      ///< no bytes at all
  kernel_cut,        ///< the file ends before what its header promises
  kernel_magic,      ///< no "HdrS": not a Linux kernel for PCs
  kernel_protocol,   ///< a boot protocol older than 2.12
  kernel_old_image,  ///< a zImage, which is loaded low
  kernel_no_64_bit,  ///< without the 64-bit entry point
  command_line,      ///< longer than the kernel takes
  memory,            ///< less RAM than kernel, initial RAM disk and tables need
  initrd_address,    ///< the kernel wants the initial RAM disk below where it fits
  flat_size,         ///< no bytes, or more than fit below 640 KiB
  list_magic,        ///< not a list of accesses (traces/wire/access_list.hpp)
  list_version,      ///< a list of a later program
  list_size,         ///< cut, or longer than its header says
  list_crc,          ///< a damaged list
  list_row,          ///< an access that no instruction makes
  list_address,      ///< an access to the memory that list and player lie in
};

/// `found` and `expected` mean what the problem says: bytes, protocol versions, addresses.
struct LoadError {
  LoadProblem problem{};
  std::uint64_t found{};
  std::uint64_t expected{};
  friend constexpr bool operator==(LoadError const&, LoadError const&) = default;
};

/// One clear line, without a newline: "module linux: ...", with the remedy.
TextLine sentence(LoadError const& error, std::string_view module) noexcept;

}  // namespace acrn::baremetal
