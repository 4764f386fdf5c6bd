// SPDX-License-Identifier: BSD-3-Clause
// Undoes what a mailer's quoted-printable encoding does to the lines of a trace.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "traces/importers/line_source.hpp"

namespace acrn::traces {

/// Joins lines that were broken softly, and turns "=3D" back into "=". Source: RFC 2045, section
/// 6.7: an encoded line has at most 76 characters, and a "=" at its end is no part of the text.
/// Other escapes do not occur in KVM's events, which are ASCII; a "=" at the end of a very short
/// or a longer line is text.
class SoftBreaks {
 public:
  /// The line as it was before the mail; nothing while its rest is still to come. The number is
  /// that of its last piece. The text is valid until the next call.
  std::optional<Line> take(Line const& line);
  /// At the end of the source: the piece whose rest never came.
  std::optional<Line> finish();

 private:
  std::string text_;
  std::uint64_t number_{};
  bool open_{};  // text_ holds pieces of a line whose rest is to come
};

}  // namespace acrn::traces
