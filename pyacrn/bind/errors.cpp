// SPDX-License-Identifier: BSD-3-Clause
// C++ exceptions as Python ones. std::invalid_argument becomes ValueError by pybind11 itself,
// and a report of SystemC, which only a defect of the model raises, RuntimeError.
#include "pyacrn/bind/bind.hpp"
#include "traces/error.hpp"

namespace acrn::python {

void bind_errors(py::module_& module) {
  py::exception<std::runtime_error> const base{module, "Error"};
  base.attr("__doc__") = "Base of everything that pyacrn raises about captures and replays.";
  auto& content = py::register_exception<traces::ContentError>(module, "ContentError", base);
  content.attr("__doc__") =
      "The content of a file is wrong; the text names file, place and remedy.";
  auto& environment =
      py::register_exception<traces::EnvironmentError>(module, "CaptureEnvironmentError", base);
  environment.attr("__doc__") = "A file cannot be opened or written, or a tool is missing.";
}

}  // namespace acrn::python
