// SPDX-License-Identifier: BSD-3-Clause
// Writes the golden captures of all format versions to a directory.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include "tests/golden/golden_rows.hpp"
#include "tests/support/capture_rows.hpp"
#include "tests/unit/sim/replay/exits/capture_rows.hpp"
#include "tests/unit/sim/replay/exits/recorded_guest.hpp"
#include "traces/reader.hpp"

namespace {

using acrn::traces::Codec;

void make(std::string const& path, Codec codec, std::uint32_t format) {
  acrn::traces::Writer writer{
      path,
      acrn::tests::golden_info(),
      {.codec = codec, .chunk_rows = acrn::tests::golden_chunk_rows, .format = format}};
  if (format == 1) {
    acrn::tests::write_golden(writer);
  } else {
    acrn::tests::write_golden_v2(writer);
  }
  writer.finish(acrn::tests::golden_info());
}

/// What the image's recorder makes of a guest by script.
void make_image(std::string const& path) {
  acrn::tests::CaptureFile file{{{.id = 1, .config = acrn::tests::script_config()}}};
  acrn::tests::RecordedGuest guest{1, acrn::tests::script_config()};
  acrn::tests::run_script(guest);
  guest.flush(file);
  std::ofstream{path, std::ios::binary} << file.bytes();
}

void tell_rows(std::string const& capture, std::string const& text) {
  acrn::traces::Reader reader{capture};
  std::ofstream{text} << show(acrn::tests::read_all(reader));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_golden DIRECTORY\n", stderr);
    return 2;
  }
  try {
    std::string const directory = std::string{argv[1]} + "/";
    make(directory + "v1.acap", Codec::none, 1);
    make(directory + "v1-zstd.acap", Codec::zstd, 1);
    make(directory + "v2.acap", Codec::none, 2);
    make_image(directory + "v2-image.acap");
    for (std::string const name : {"v1", "v2", "v2-image"}) {
      tell_rows(directory + name + ".acap", directory + name + ".txt");
    }
  } catch (std::exception const& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}
