// SPDX-License-Identifier: BSD-3-Clause
// CaptureInfo to and from the Header and Index messages. Internal: names
// generated types.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "traces/capture_info.hpp"
#include "traces/schema/capture.pb.h"

namespace acrn::traces {

/// `format` is the version that the file is written in, and the oldest that can read it.
v1::Header to_header(CaptureInfo const& info, std::uint32_t format);
/// Throws Malformed for what this code cannot read.
CaptureInfo decode_header(std::span<std::byte const> payload);
/// Throws Malformed; an index so large that its entries would eat memory is.
v1::Index decode_index(std::span<std::byte const> payload);

/// The parts that the index repeats or completes; chunk entries are the caller's business.
void to_index(CaptureInfo const& info, v1::Index& index);
void complete_from_index(v1::Index const& index, CaptureInfo& info);

/// `text` with every byte that is not part of valid UTF-8 replaced by U+FFFD, since Protobuf
/// strings hold nothing else.
std::string to_utf8(std::string_view text);

/// Deterministic bytes of a message.
std::string serialise(google::protobuf::MessageLite const& message);

}  // namespace acrn::traces
