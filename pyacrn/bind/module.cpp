// SPDX-License-Identifier: BSD-3-Clause
// The Python module pyacrn._core: the thin layer that the package's Python files build on.
#include "pyacrn/bind/bind.hpp"

PYBIND11_MODULE(_core, module) {
  module.doc() = "C++ part of pyacrn; use the package, not this module.";
  acrn::python::bind_errors(module);
  acrn::python::bind_capture(module);
  acrn::python::bind_replay(module);
  acrn::python::bind_replay_timed(module);
  acrn::python::bind_import(module);
}
