// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/guest/load_error.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::uint64_t mebibyte = 1U << 20U;

constexpr std::uint64_t to_mebibytes(std::uint64_t bytes) noexcept {
  return bytes / mebibyte + (bytes % mebibyte != 0 ? 1 : 0);
}

void describe_protocol(TextLine& line, LoadError const& error) noexcept {
  line << "boot protocol " << (error.found >> 8U) << "." << (error.found & 0xffU)
       << " is older than " << (error.expected >> 8U) << "." << (error.expected & 0xffU)
       << "; use Linux 3.8 or later";
}

void describe_list(TextLine& line, LoadError const& error) noexcept {
  constexpr std::string_view export_again = "; make it anew: acrntb export accesses";
  switch (error.problem) {
    case LoadProblem::list_magic:
      line << "no list of accesses" << export_again;
      break;
    case LoadProblem::list_version:
      line << "a list of format " << error.found << ", this image knows " << error.expected
           << export_again << " of this version";
      break;
    case LoadProblem::list_size:
      line << error.found << " bytes where its header promises " << error.expected << export_again;
      break;
    case LoadProblem::list_crc:
      line << "damaged: its check is not that of its bytes" << export_again;
      break;
    case LoadProblem::list_row:
      line << "access " << error.found << " is none that an instruction makes" << export_again;
      break;
    default:
      line << "access " << error.found << " is to the guest's own memory, address "
           << error.expected << "; choose others: acrntb export accesses --gpa";
      break;
  }
}

void describe(TextLine& line, LoadError const& error) noexcept {
  switch (error.problem) {
    case LoadProblem::kernel_empty:
      line << "the file is empty; copy the kernel again";
      break;
    case LoadProblem::kernel_cut:
      line << "cut off: " << error.found << " bytes where the header promises " << error.expected
           << "; copy the kernel again";
      break;
    case LoadProblem::kernel_magic:
      line << "no \"HdrS\" at offset 514: not a bzImage; name a Linux kernel for PCs (vmlinuz)";
      break;
    case LoadProblem::kernel_protocol:
      describe_protocol(line, error);
      break;
    case LoadProblem::kernel_old_image:
      line << "a zImage, which is loaded low; build a bzImage";
      break;
    case LoadProblem::kernel_no_64_bit:
      line << "has no 64-bit entry point; use a kernel for x86-64";
      break;
    case LoadProblem::command_line:
      line << "the command line has " << error.found << " bytes, the kernel takes "
           << error.expected << "; shorten vmN.cmdline";
      break;
    case LoadProblem::memory:
      line << "needs " << to_mebibytes(error.expected) << " MiB of RAM, the VM has "
           << error.found / mebibyte << "; raise vmN.memory";
      break;
    case LoadProblem::initrd_address:
      line << "the kernel takes no initial RAM disk above address " << error.expected
           << ", this one would end at " << error.found << "; use a smaller one";
      break;
    case LoadProblem::flat_size:
      line << error.found << " bytes; a flat guest has 1 to " << error.expected;
      break;
    case LoadProblem::list_magic:
    case LoadProblem::list_version:
    case LoadProblem::list_size:
    case LoadProblem::list_crc:
    case LoadProblem::list_row:
    case LoadProblem::list_address:
      describe_list(line, error);
      break;
  }
}

}  // namespace

TextLine sentence(LoadError const& error, std::string_view module) noexcept {
  TextLine line;
  line << "module " << module << ": ";
  describe(line, error);
  return line;
}

}  // namespace acrn::baremetal
