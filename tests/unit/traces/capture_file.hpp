// SPDX-License-Identifier: BSD-3-Clause
// Capture files as byte strings, for tests that damage them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/capture_rows.hpp"
#include "tests/support/data.hpp"
#include "traces/wire/frame.hpp"
#include "traces/writer.hpp"

namespace acrn::traces {

std::string load(std::filesystem::path const& path);
void store(std::filesystem::path const& path, std::string const& bytes);

/// A clock of 1 MHz, two VMs.
CaptureInfo small_info();

/// The bytes of a capture into which `fill` wrote.
std::string capture_of(WriterOptions const& options, std::function<void(Writer&)> const& fill);

/// `count` accesses of one vCPU: sequence i, time 10 i, OUT of i to port 0x3f8.
void write_counting(Writer& writer, std::uint64_t count);

/// One frame: header and payload.
std::string frame(FrameKind kind, std::string const& payload);
std::string frame(FrameHeader header, std::string const& payload);

/// Where the frames of a whole capture start, in order; the last one is the index.
std::vector<std::size_t> frame_offsets(std::string const& bytes);

/// A file with a name of its own, gone with the object.
class CaptureFile {
 public:
  explicit CaptureFile(std::string const& bytes);
  [[nodiscard]] std::string path() const { return directory_.path() / "broken.acap"; }

 private:
  tests::TemporaryDirectory directory_;
};

/// The message of the ContentError that `action` throws; "no error" if it throws none.
std::string content_error(std::function<void()> const& action);
/// The message of the ContentError that opening and reading throws.
std::string error_of_reading_file(std::string const& path);
std::string error_of_reading(std::string const& bytes);

}  // namespace acrn::traces
