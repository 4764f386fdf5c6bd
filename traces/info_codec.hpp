// SPDX-License-Identifier: BSD-3-Clause
// CaptureInfo to and from the Header and Index messages. Internal: the only header of traces that
// names generated types.
#pragma once

#include <string>
#include <string_view>

#include "traces/capture_info.hpp"
#include "traces/schema/capture.pb.h"

namespace acrn::traces {

v1::Header to_header(CaptureInfo const& info);
/// What makes the header unusable; empty when nothing does.
std::string problem_of(v1::Header const& header);
/// Of a header without problem.
CaptureInfo from_header(v1::Header const& header);

/// The parts that the index repeats or completes; chunk entries are the caller's business.
void to_index(CaptureInfo const& info, v1::Index& index);
void complete_from_index(v1::Index const& index, CaptureInfo& info);

/// `text` with every byte that is not part of valid UTF-8 replaced by U+FFFD, since Protobuf
/// strings hold nothing else.
std::string to_utf8(std::string_view text);

/// Deterministic bytes of a message.
std::string serialise(google::protobuf::MessageLite const& message);

}  // namespace acrn::traces
