// SPDX-License-Identifier: BSD-3-Clause
// The command line of programs that keep one generated section of a document fresh.
#pragma once

#include <string>
#include <string_view>

namespace acrn::tests {

/// A section between two marker lines, each with its line end.
struct GeneratedSection {
  std::string_view program;  ///< for the usage line
  std::string_view what;     ///< "transition": its table is out of date, its markers missing
  std::string_view begin_marker;
  std::string_view end_marker;
  std::string_view update_target;  ///< what to build to write it
  std::string text;
};

/// Without arguments prints the section; `--write FILE` puts it between the markers; `--check FILE`
/// fails unless it stands there. Returns the exit status: 1 for a stale or unreadable document or
/// one without markers, 2 for wrong usage.
int generate(GeneratedSection const& section, int argc, char** argv);

}  // namespace acrn::tests
