// SPDX-License-Identifier: BSD-3-Clause
// Text from files as Python strings.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace acrn::python {

/// Bytes that are not UTF-8 become \xNN: what a file holds must not make reading it fail.
inline pybind11::str text(std::string const& bytes) {
  return pybind11::reinterpret_steal<pybind11::str>(PyUnicode_DecodeUTF8(
      bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "backslashreplace"));
}

}  // namespace acrn::python
