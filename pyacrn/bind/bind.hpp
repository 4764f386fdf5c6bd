// SPDX-License-Identifier: BSD-3-Clause
// The parts that the Python module _core is put together from.
#pragma once

#include <pybind11/pybind11.h>

namespace acrn::python {

namespace py = pybind11;

void bind_errors(py::module_& module);        ///< Error, ContentError, CaptureEnvironmentError
void bind_capture(py::module_& module);       ///< Reader, read_columns
void bind_replay(py::module_& module);        ///< replay_functional
void bind_replay_timed(py::module_& module);  ///< replay_timed, stage_names
void bind_import(py::module_& module);        ///< import_capture, dialect_names

}  // namespace acrn::python
