// SPDX-License-Identifier: BSD-3-Clause
// A recorder in hosted memory, random exits for it, and the rows that a reader must find.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "baremetal/capture/memory_sink.hpp"
#include "baremetal/capture/recorder.hpp"
#include "tests/support/capture_rows.hpp"

namespace acrn::baremetal::tests {

/// Whole pages, as the frame allocator gives them, filled with what must not matter.
class Pages {
 public:
  explicit Pages(std::size_t size)
      : size_{(size + 4095) / 4096 * 4096},
        memory_{static_cast<std::byte*>(std::aligned_alloc(4096, size_)), &std::free} {
    std::fill_n(memory_.get(), size_, std::byte{0xA5});
  }
  [[nodiscard]] std::span<std::byte> bytes() { return {memory_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<std::byte, decltype(&std::free)> memory_;
};

/// A sink of any size, which writes the file's start itself.
class Capture {
 public:
  explicit Capture(std::size_t size = std::size_t{64} << 20U);
  [[nodiscard]] MemorySink& sink() { return sink_; }
  [[nodiscard]] std::string file() const;

 private:
  std::vector<std::byte> memory_;
  MemorySink sink_;
};

/// Draws exits of every shape, tells them to a recorder, and keeps the rows they must become.
class Script {
 public:
  Script(std::uint64_t seed, Recorder& recorder) : random_{seed}, recorder_{recorder} {}

  /// What reaches the VM before it has run.
  void before_the_first_exit();
  void exit();
  [[nodiscard]] acrn::tests::CaptureRows const& rows() const { return rows_; }
  [[nodiscard]] std::uint64_t random() { return random_(); }

 private:
  static constexpr acrn::tests::VcpuKey key{3, 0};

  [[nodiscard]] std::uint64_t number();
  [[nodiscard]] bool chance(unsigned percent) { return random_() % 100 < percent; }
  void ask(traces::ExitRow& row);
  void log(traces::ExitRow& row);
  void access(traces::ExitRow const& row);
  void transitions();
  void commit(traces::ExitRow& row);
  void input();
  void enter(traces::ExitRow* row);

  std::mt19937_64 random_;
  Recorder& recorder_;
  acrn::tests::CaptureRows rows_;
  std::uint64_t now_{1000};
  std::uint64_t exits_{};
};

/// Opens the file and reads all of it.
acrn::tests::CaptureRows read(std::string const& file);
/// The same, and whether and where rows are missing.
struct ReadBack {
  acrn::tests::CaptureRows rows;
  std::uint64_t dropped{};
  bool cut{};
};
ReadBack read_back(std::string const& file);

}  // namespace acrn::baremetal::tests
