// SPDX-License-Identifier: BSD-3-Clause
#include "traces/recompress.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "traces/error.hpp"
#include "traces/reader.hpp"
#include "traces/wire/columns.hpp"
#include "traces/wire/frame.hpp"
#include "traces/writer.hpp"

namespace acrn::traces {

namespace {

/// A group of the output ends with a group of the source once a stream has so many rows.
constexpr std::uint64_t group_rows = chunk_rows_max - 16'384;

/// Beyond the writer's usual level: this is done once, for files that are kept.
constexpr int level = 19;

std::uint64_t file_size(std::string const& path) {
  std::error_code error;
  std::uintmax_t const size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

class Recompressor {
 public:
  Recompressor(std::string const& source, std::string const& output)
      : reader_{source},
        writer_{output,
                reader_.info(),
                {.zstd_level = level,
                 .chunk_rows = chunk_rows_max,
                 .format = std::clamp(reader_.info().version, 1U, format_version)}} {
    learn_names();
  }

  RecompressReport run(std::function<void(std::uint64_t)> const& progress) {
    Reader::Rows rows;
    std::uint64_t total = 0;
    while (reader_.next(rows)) {
      end_group(rows.info);
      learn_names();
      for (AccessRow& row : rows.access) row.client = number_of(row.client);
      take(rows);
      total += rows.info.rows;
      if (progress) progress(total);
    }
    write_all_accesses();
    report_.cut = reader_.cut();
    report_.info = reader_.info();
    writer_.finish(reader_.info());
    return report_;
  }

 private:
  using Key = std::tuple<std::uint16_t, std::uint16_t, Stream>;

  /// Chunks name clients as they go; the writer gives each name its own number.
  void learn_names() {
    auto const& names = reader_.info().clients;
    if (names.size() == clients_.size()) return;
    for (auto const& [id, name] : names) clients_[id] = writer_.client(name);
  }
  [[nodiscard]] ClientId number_of(ClientId id) const {
    auto const found = clients_.find(id);
    return found == clients_.end() ? id : found->second;
  }

  /// Between groups of the source, so that its exits and their accesses stay in one group.
  void end_group(ChunkInfo const& info) {
    std::uint64_t& group = groups_[info.vm];
    bool const begins = info.group == 0 || info.group != group;
    group = info.group;
    if (!begins) return;
    write_accesses(info.vm);
    auto const full = [](auto const& entry) { return entry.second >= group_rows; };
    if (std::any_of(unflushed_.begin(), unflushed_.end(), full)) {
      write_all_accesses();
      writer_.flush();
      unflushed_.clear();
    }
  }

  void take(Reader::Rows const& rows) {
    ChunkInfo const& info = rows.info;
    Key const key{info.vm, info.vcpu, info.stream};
    std::uint64_t& count = counts_[key];
    if (info.stream != Stream::access && info.rows != 0 && info.first_sequence != count) {
      throw ContentError(reader_.path() + ": offset " + std::to_string(info.file_offset) +
                         ": rows are missing before row " + std::to_string(info.first_sequence) +
                         " of this chunk's stream, expected row " + std::to_string(count) +
                         ", and others refer to them by number: use the file as it is");
    }
    if (info.stream == Stream::access) {
      hold_accesses(rows);
    } else if (info.dropped_before != 0) {
      writer_.lost(info.vm, info.vcpu, info.dropped_before);
    }
    auto const write = [&](auto const& list) {
      for (auto const& row : list) writer_.write(info.vm, info.vcpu, row);
    };
    write(rows.exit);
    write(rows.slot);
    write(rows.inject);
    write(rows.input);
    count += info.rows;
    unflushed_[key] += info.rows;
    report_.rows[static_cast<std::size_t>(info.stream)] += info.rows;
    report_.dropped += info.dropped_before;
    ++report_.chunks;
  }

  /// The writer wants the accesses of all vCPUs of a VM in order; a group has them all.
  struct HeldAccess {
    std::uint16_t vcpu{};
    std::uint64_t lost_before{};
    AccessRow row{};
  };

  void hold_accesses(Reader::Rows const& rows) {
    std::vector<HeldAccess>& held = held_[rows.info.vm];
    std::uint64_t lost = rows.info.dropped_before;
    for (AccessRow const& row : rows.access) {
      held.push_back({.vcpu = rows.info.vcpu, .lost_before = std::exchange(lost, 0), .row = row});
    }
    if (lost != 0) writer_.lost(rows.info.vm, rows.info.vcpu, lost);
  }

  void write_all_accesses() {
    for (auto const& [vm, group] : groups_) write_accesses(vm);
  }

  void write_accesses(std::uint16_t vm) {
    std::vector<HeldAccess>& held = held_[vm];
    std::ranges::stable_sort(held, {},
                             [](HeldAccess const& access) { return access.row.sequence; });
    for (HeldAccess const& access : held) {
      std::uint64_t& next = next_access_[vm];
      if (access.row.sequence < next) {
        throw ContentError(reader_.path() + ": access " + std::to_string(access.row.sequence) +
                           " of VM " + std::to_string(vm) +
                           " comes after a later one in another group of chunks, expected them in "
                           "order: use the file as it is");
      }
      next = access.row.sequence + 1;
      if (access.lost_before != 0) writer_.lost(vm, access.vcpu, access.lost_before);
      writer_.write(vm, access.vcpu, access.row);
    }
    held.clear();
  }

  Reader reader_;
  Writer writer_;
  RecompressReport report_;
  std::map<std::uint16_t, std::vector<HeldAccess>> held_;
  std::map<std::uint16_t, std::uint64_t> next_access_;
  std::map<ClientId, ClientId> clients_;  ///< the source's number, and ours
  std::map<std::uint16_t, std::uint64_t> groups_;
  std::map<Key, std::uint64_t> counts_;
  std::map<Key, std::uint64_t> unflushed_;
};

}  // namespace

bool is_capture(std::string const& path) {
  std::error_code error;
  if (path == "-" || !std::filesystem::is_regular_file(path, error)) return false;
  std::ifstream file{path, std::ios::binary};
  std::array<char, file_magic.size()> start{};
  file.read(start.data(), start.size());
  auto const same = [](char byte, std::uint8_t wanted) {
    return static_cast<std::uint8_t>(byte) == wanted;
  };
  return file.gcount() == static_cast<std::streamsize>(start.size()) &&
         std::equal(start.begin(), start.end(), file_magic.begin(), same);
}

RecompressReport recompress(std::string const& source, std::string const& output,
                            std::function<void(std::uint64_t)> const& progress) {
  RecompressReport report = Recompressor{source, output}.run(progress);
  report.bytes_read = file_size(source);
  report.bytes_written = output == "-" ? 0 : file_size(output);
  return report;
}

}  // namespace acrn::traces
