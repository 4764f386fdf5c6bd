// SPDX-License-Identifier: BSD-3-Clause
#include "tests/fuzz/fuzz_reader.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "traces/error.hpp"
#include "traces/reader.hpp"
#include "traces/wire/frame.hpp"

namespace acrn::tests {

namespace {

/// Small, so that a finding about memory shows.
constexpr traces::ReaderOptions options{.frame_bytes_max = 1U << 20U};

/// A file without a place on disk.
class MemoryFile {
 public:
  explicit MemoryFile(std::string const& bytes) : descriptor_{memfd_create("fuzz", MFD_CLOEXEC)} {
    if (descriptor_ < 0 ||
        write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
      std::abort();
    }
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(MemoryFile const&) = delete;
  MemoryFile& operator=(MemoryFile const&) = delete;
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

std::string as_text(std::span<std::uint8_t const> bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

std::string framed(std::span<std::uint8_t const> data) {
  std::string file{reinterpret_cast<char const*>(traces::file_magic.data()),
                   traces::file_magic.size()};
  while (data.size() >= 4) {
    std::size_t const wanted = std::size_t{data[2]} | std::size_t{data[3]} << 8U;
    std::size_t const size = std::min(wanted, data.size() - 4);
    auto const payload = data.subspan(4, size);
    traces::FrameHeader const header{.kind = data[0],
                                     .codec = data[1],
                                     .stored = static_cast<std::uint32_t>(size),
                                     .raw = static_cast<std::uint32_t>(size),
                                     .crc = 0};
    std::array<std::byte, traces::frame_header_size> bytes{};
    traces::encode_frame_header(header, std::as_bytes(payload), bytes);
    file.append(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    file += as_text(payload);
    data = data.subspan(4 + size);
  }
  return file;
}

/// Reads to the end through `next`, over any damage; every recovery must make headway.
template <class Next>
void read_through(traces::Reader& reader, std::size_t file_size, Next const& next) {
  for (std::size_t steps = 0; steps <= file_size; ++steps) {
    try {
      if (!next()) return;
    } catch (traces::ContentError const&) {
      if (!reader.recover()) return;
    }
  }
  std::abort();
}

void read_every_way(std::string const& path, std::size_t file_size) {
  traces::Reader reader{path, options};
  traces::Reader::Rows rows;
  std::uint64_t by_rows = 0;
  read_through(reader, file_size, [&] {
    bool const more = reader.next(rows);
    by_rows += more ? rows.access.size() : 0;
    return more;
  });
  reader.rewind();
  traces::AccessBatch batch;
  std::uint64_t by_batches = 0;
  read_through(reader, file_size, [&] {
    bool const more = reader.next(batch);
    for (std::size_t i = 0; more && i < batch.info.rows; ++i) {
      traces::AccessRow const row = batch.row(i);
      if (core::truncate(row.access.value, row.access.size) != row.access.value) std::abort();
    }
    by_batches += more ? batch.info.rows : 0;
    return more;
  });
  if (by_rows != by_batches) std::abort();
  static_cast<void>(reader.totals());
}

}  // namespace

void fuzz_reader(std::span<std::uint8_t const> data) {
  if (data.empty()) return;
  std::string const bytes = data[0] == 0 ? as_text(data.subspan(1)) : framed(data.subspan(1));
  MemoryFile const file{bytes};
  try {
    read_every_way(file.path(), bytes.size());
  } catch (traces::ContentError const&) {
    return;  // the answer that damage must get
  }
}

}  // namespace acrn::tests
