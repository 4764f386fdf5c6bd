// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/kvm_message.hpp"

#include "traces/importers/scanner.hpp"

namespace acrn::traces {
namespace {

constexpr char const* bad_port = "port number above 0xffff";
constexpr char const* bad_port_size = "size of a port access is not 1, 2 or 4";
constexpr char const* bad_count = "element count is 0 or does not fit 32 bits";
constexpr char const* bad_length = "length of an MMIO access is not 1 to 64";
constexpr char const* bad_gpa = "guest-physical address needs more than 52 bits";

KvmParse checked_pio(KvmPio pio, std::uint64_t port, std::uint64_t size, std::uint64_t count) {
  if (port > 0xFFFF) return refused(bad_port);
  if (size != 1 && size != 2 && size != 4) return refused(bad_port_size);
  if (count == 0 || count > ~std::uint32_t{0}) return refused(bad_count);
  pio.port = static_cast<std::uint16_t>(port);
  pio.size = static_cast<std::uint8_t>(size);
  pio.count = static_cast<std::uint32_t>(count);
  return {pio, nullptr};
}

KvmParse checked_mmio(KvmMmio mmio, std::uint64_t length) {
  if (length == 0 || length > kvm_mmio_length_max) return refused(bad_length);
  if (mmio.gpa > gpa_end - length) return refused(bad_gpa);
  mmio.length = static_cast<std::uint8_t>(length);
  return {mmio, nullptr};
}

}  // namespace

// "pio_write at 0x3f8 size 1 count 1 val 0xd (...)"; count and value are missing in old kernels.
KvmParse parse_pio(std::string_view message) noexcept {
  RawFields const raw{message};
  if (raw.any()) {
    auto const write = raw.number("rw");
    auto const port = raw.number("port");
    auto const size = raw.number("size");
    if (!write || !port || !size) return bad_form();
    KvmPio const pio{.direction = *write != 0 ? core::Direction::write : core::Direction::read,
                     .value = raw.number("val")};
    return checked_pio(pio, *port, *size, raw.number("count").value_or(1));
  }
  Scanner scanner{message};
  KvmPio pio;
  if (scanner.take("pio_write")) {
    pio.direction = core::Direction::write;
  } else if (!scanner.take("pio_read")) {
    return bad_form();
  }
  auto const port = take_hex_field(scanner, "at");
  auto const size = take_decimal_field(scanner, "size");
  if (!port || !size) return bad_form();
  auto const count = take_decimal_field(scanner, "count");
  pio.value = take_hex_field(scanner, "val");
  return checked_pio(pio, *port, *size, count.value_or(1));
}

KvmParse parse_mmio(std::string_view message) noexcept {
  RawFields const raw{message};
  if (raw.any()) {
    auto const type = raw.number("type");
    auto const length = raw.number("len");
    auto const gpa = raw.number("gpa");
    if (!type || *type > 2 || !length || !gpa) return bad_form();
    return checked_mmio(
        {.type = static_cast<MmioType>(*type), .gpa = *gpa, .value = raw.number("val").value_or(0)},
        *length);
  }
  Scanner scanner{message};
  if (!scanner.take_word("mmio")) return bad_form();
  KvmMmio mmio;
  if (scanner.take_word("write")) {
    mmio.type = MmioType::write;
  } else if (scanner.take_word("read")) {
    mmio.type = MmioType::read;
  } else if (!scanner.take_word("unsatisfied-read")) {
    return bad_form();
  }
  auto const length = take_decimal_field(scanner, "len");
  auto const gpa = take_hex_field(scanner, "gpa");
  auto const value = take_hex_field(scanner, "val");
  if (!length || !gpa || !value) return bad_form();
  mmio.gpa = *gpa;
  mmio.value = *value;
  return checked_mmio(mmio, *length);
}

KvmParse parse_fast_mmio(std::string_view message) noexcept {
  RawFields const raw{message};
  Scanner scanner{message};
  auto const gpa = raw.any()                      ? raw.number("gpa")
                   : scanner.take("fast mmio at") ? take_hex_field(scanner, "gpa")
                                                  : std::nullopt;
  if (!gpa) return bad_form();
  if (*gpa >= gpa_end) return refused(bad_gpa);
  return {KvmFastMmio{*gpa}, nullptr};
}

// "reason KVM_EXIT_IO (2)", "restart (-4)". The number is no reason where an error came instead.
KvmParse parse_userspace_exit(std::string_view message) noexcept {
  RawFields const raw{message};
  if (raw.any()) {
    auto const reason = raw.number("reason");
    if (!reason) return bad_form();
    bool const failed = raw.text("errno").value_or("0").starts_with('-');
    return {KvmUserspaceExit{failed         ? UserspaceReason::other
                             : *reason == 2 ? UserspaceReason::io
                             : *reason == 6 ? UserspaceReason::mmio
                                            : UserspaceReason::other},
            nullptr};
  }
  Scanner scanner{message};
  if (!scanner.take_word("reason")) return bad_form();
  std::string_view const name = scanner.take_token();
  if (name.empty()) return bad_form();
  return {KvmUserspaceExit{name == "KVM_EXIT_IO"     ? UserspaceReason::io
                           : name == "KVM_EXIT_MMIO" ? UserspaceReason::mmio
                                                     : UserspaceReason::other},
          nullptr};
}

}  // namespace acrn::traces
