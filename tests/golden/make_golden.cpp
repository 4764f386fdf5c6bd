// SPDX-License-Identifier: BSD-3-Clause
// Writes the golden captures of the current format version to a directory.
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include "tests/golden/golden_rows.hpp"
#include "tests/support/capture_rows.hpp"
#include "traces/reader.hpp"

namespace {

void make(std::string const& path, acrn::traces::Codec codec) {
  acrn::traces::Writer writer{path,
                              acrn::tests::golden_info(),
                              {.codec = codec, .chunk_rows = acrn::tests::golden_chunk_rows}};
  acrn::tests::write_golden(writer);
  writer.finish(acrn::tests::golden_info());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_golden DIRECTORY\n", stderr);
    return 2;
  }
  try {
    std::string const directory = argv[1];
    make(directory + "/v1.acap", acrn::traces::Codec::none);
    make(directory + "/v1-zstd.acap", acrn::traces::Codec::zstd);
    acrn::traces::Reader reader{directory + "/v1.acap"};
    std::ofstream{directory + "/v1.txt"} << show(acrn::tests::read_all(reader));
  } catch (std::exception const& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}
