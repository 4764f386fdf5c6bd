// SPDX-License-Identifier: BSD-3-Clause
// How every verb writes JSON: names in files may hold any bytes, the output is always UTF-8.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/cli/output.hpp"

namespace acrn::cli {

/// One object, indented, for a reporting verb.
template <class Object>
void print_json(Output& out, Object const& object) {
  out.write(object.dump(2, ' ', false, Object::error_handler_t::replace) + "\n");
}

/// One object on one line, for streams.
template <class Object>
void print_json_line(Output& out, Object const& object) {
  out.write(object.dump(-1, ' ', false, Object::error_handler_t::replace) + "\n");
}

}  // namespace acrn::cli
