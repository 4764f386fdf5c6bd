// SPDX-License-Identifier: BSD-3-Clause
#include "traces/wire/access_list.hpp"

#include <algorithm>
#include <bit>

#include "core/check.hpp"
#include "traces/wire/crc32c.hpp"

namespace acrn::traces {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t crc_end = offsetof(AccessListHeader, crc32c) + sizeof(std::uint32_t);

template <class T>
T get(std::span<std::uint8_t const> bytes) noexcept {
  std::array<std::uint8_t, sizeof(T)> raw{};
  std::copy_n(bytes.begin(), raw.size(), raw.begin());
  return std::bit_cast<T>(raw);
}

core::Unexpected<AccessListError> refuse(AccessListProblem problem, std::uint64_t found,
                                         std::uint64_t expected) noexcept {
  return core::Unexpected{AccessListError{problem, found, expected}};
}

}  // namespace

AccessListRow AccessListView::row(std::uint64_t index) const noexcept {
  core::check(index < count(), "AccessListView::row() needs a row of the list");
  return get<AccessListRow>(rows_.subspan(index * sizeof(AccessListRow), sizeof(AccessListRow)));
}

core::Expected<AccessListView, AccessListError> parse_access_list(
    std::span<std::uint8_t const> bytes) noexcept {
  using enum AccessListProblem;
  if (bytes.size() < access_list_magic.size() ||
      !std::equal(access_list_magic.begin(), access_list_magic.end(), bytes.begin())) {
    return refuse(magic, bytes.size(), access_list_magic.size());
  }
  if (bytes.size() < sizeof(AccessListHeader)) {
    return refuse(size, bytes.size(), sizeof(AccessListHeader));
  }
  auto const header = get<AccessListHeader>(bytes);
  if (header.version > access_list_version || header.version == 0) {
    return refuse(version, header.version, access_list_version);
  }
  std::uint64_t const held = bytes.size() - sizeof(AccessListHeader);
  constexpr std::uint64_t count_max =
      (~std::uint64_t{0} - sizeof(AccessListHeader)) / sizeof(AccessListRow);
  std::uint64_t const promised = std::min(header.count, count_max) * sizeof(AccessListRow);
  if (held != promised) {
    return refuse(size, bytes.size(), promised + sizeof(AccessListHeader));
  }
  std::uint32_t const found = crc32c(0, std::as_bytes(bytes.subspan(crc_end)));
  if (found != header.crc32c) return refuse(crc, found, header.crc32c);
  AccessListView view;
  view.rows_ = bytes.subspan(sizeof(AccessListHeader));
  for (std::uint64_t i = 0; i < view.count(); ++i) {
    if (!is_executable(view.row(i))) return refuse(row, i, 0);
  }
  return view;
}

AccessListHeader access_list_header(std::span<AccessListRow const> rows) noexcept {
  AccessListHeader header{.count = rows.size()};
  std::span const whole = std::as_bytes(std::span{&header, 1});
  header.crc32c = crc32c(crc32c(0, whole.subspan(crc_end)), std::as_bytes(rows));
  return header;
}

}  // namespace acrn::traces
