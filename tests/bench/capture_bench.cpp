// SPDX-License-Identifier: BSD-3-Clause
// Captures: reading, writing and importing per second on one core; with a bare Protobuf parse of
// the same chunks as the yardstick of the same run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/support/data.hpp"
#include "traces/importers/byte_source.hpp"
#include "traces/importers/import.hpp"
#include "traces/reader.hpp"
#include "traces/schema/capture.pb.h"
#include "traces/wire/frame.hpp"
#include "traces/writer.hpp"

namespace acrn::bench {
namespace {

std::filesystem::path sample() {
  return tests::source_dir() / "traces/captures/microvm_linux_qemu.trace.xz";
}

/// What the benchmarks read: made once from the committed trace of a Linux boot.
class Files {
 public:
  static Files const& get() {
    static Files const files;
    return files;
  }
  [[nodiscard]] std::string text() const { return directory_.path() / "boot.trace"; }
  [[nodiscard]] std::string imported() const { return directory_.path() / "imported.acap"; }
  [[nodiscard]] std::string large() const { return directory_.path() / "large.acap"; }
  [[nodiscard]] std::string large_plain() const { return directory_.path() / "plain.acap"; }
  [[nodiscard]] std::string scratch() const { return directory_.path() / "scratch.acap"; }
  [[nodiscard]] std::vector<traces::AccessRow> const& rows() const { return rows_; }

 private:
  Files() {
    unpack();
    traces::import_capture(text(), imported(), {});
    traces::Reader reader{imported()};
    for (traces::AccessBatch batch; reader.next(batch);) {
      for (std::size_t i = 0; i < batch.info.rows; ++i) rows_.push_back(batch.row(i));
    }
    write(large(), traces::Codec::zstd);
    write(large_plain(), traces::Codec::none);
  }

  void unpack() const {
    traces::ByteSource source{sample()};
    std::ofstream out{text(), std::ios::binary};
    std::vector<char> block(1U << 16U);
    while (std::size_t const size = source.read(block)) {
      out.write(block.data(), static_cast<std::streamsize>(size));
    }
  }

  /// The boot sixteen times over, its times made nanoseconds: 1.1 M accesses at full resolution.
  void write(std::string const& path, traces::Codec codec) const {
    traces::CaptureInfo info;
    info.clock = {.kind = "bench", .hz_numerator = 1'000'000'000};
    traces::Writer writer{path, info, {.codec = codec}};
    std::mt19937_64 random{1};
    std::uint64_t sequence = 0;
    std::uint64_t last = 0;
    std::uint64_t const duration = (rows_.back().time - rows_.front().time + 1) * 1000;
    for (std::uint64_t round = 0; round < 16; ++round) {
      for (traces::AccessRow row : rows_) {
        row.sequence = sequence++;
        last = std::max(last, row.time * 1000 + round * duration + random() % 1000);
        row.time = last;
        writer.write(0, 0, row);
      }
    }
    writer.finish(info);
  }

  tests::TemporaryDirectory directory_;
  std::vector<traces::AccessRow> rows_;
};

void read(benchmark::State& state, std::string const& path) {
  std::uint64_t rows = 0;
  for (auto _ : state) {
    traces::Reader reader{path};
    rows = 0;
    for (traces::AccessBatch batch; reader.next(batch);) {
      rows += batch.info.rows;
      benchmark::DoNotOptimize(batch.value.data().data());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
  state.counters["bytes_per_access"] =
      static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(rows);
}

void BM_CaptureRead(benchmark::State& state) { read(state, Files::get().large()); }
BENCHMARK(BM_CaptureRead)->Unit(benchmark::kMillisecond);

void BM_CaptureReadPlain(benchmark::State& state) { read(state, Files::get().large_plain()); }
BENCHMARK(BM_CaptureReadPlain)->Unit(benchmark::kMillisecond);

/// The payloads of an uncompressed capture's chunks.
std::vector<std::string> payloads(std::string const& path) {
  std::ifstream file{path, std::ios::binary};
  std::string const bytes{std::istreambuf_iterator<char>{file}, {}};
  auto const all = std::as_bytes(std::span{bytes});
  std::vector<std::string> found;
  for (std::size_t at = traces::file_magic.size(); at + traces::frame_header_size < bytes.size();) {
    auto const header =
        traces::decode_frame_header(all.subspan(at).first<traces::frame_header_size>());
    if (!header) break;
    at += traces::frame_header_size;
    if (header->kind == static_cast<std::uint8_t>(traces::FrameKind::chunk)) {
      found.push_back(bytes.substr(at, header->stored));
    }
    at += header->stored;
  }
  return found;
}

/// libprotobuf alone on the same columns: no file, no CRC, no checks, no sums.
void BM_BareProtobufParse(benchmark::State& state) {
  std::vector<std::string> const chunks = payloads(Files::get().large_plain());
  std::uint64_t rows = 0;
  traces::v1::Chunk chunk;
  for (auto _ : state) {
    rows = 0;
    for (std::string const& payload : chunks) {
      if (!chunk.ParseFromString(payload)) state.SkipWithError("a chunk cannot be parsed");
      rows += chunk.rows();
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}
BENCHMARK(BM_BareProtobufParse)->Unit(benchmark::kMillisecond);

void BM_CaptureWrite(benchmark::State& state) {
  std::vector<traces::AccessRow> const& rows = Files::get().rows();
  traces::CaptureInfo info;
  info.clock = {.kind = "bench", .hz_numerator = 1'000'000};
  for (auto _ : state) {
    traces::Writer writer{
        Files::get().scratch(), info, {.zstd_level = static_cast<int>(state.range(0))}};
    for (traces::AccessRow const& row : rows) writer.write(0, 0, row);
    writer.finish(info);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows.size()));
  state.SetLabel("zstd level " + std::to_string(state.range(0)));
}
BENCHMARK(BM_CaptureWrite)->Arg(3)->Arg(6)->Arg(9)->Unit(benchmark::kMillisecond);

/// Lines of text per second, from an uncompressed QEMU log to a finished capture.
void BM_ImportLines(benchmark::State& state) {
  std::uint64_t lines = 0;
  for (auto _ : state) {
    std::filesystem::remove(Files::get().scratch());
    lines = traces::import_capture(Files::get().text(), Files::get().scratch(), {}).lines;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(lines));
}
BENCHMARK(BM_ImportLines)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace acrn::bench
