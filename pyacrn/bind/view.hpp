// SPDX-License-Identifier: BSD-3-Clause
// Read-only numpy arrays that look into a C++ buffer and keep its owner alive.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "traces/reader.hpp"

namespace acrn::python {

namespace py = pybind11;

/// A capsule that holds a share of `owner`: the base of arrays that look into it. numpy refuses to
/// make such an array writable again.
template <class Owner>
py::capsule share(std::shared_ptr<Owner const> const& owner) {
  auto holder = std::make_unique<std::shared_ptr<Owner const>>(owner);
  py::capsule capsule{holder.get(), [](void* pointer) {
                        std::default_delete<std::shared_ptr<Owner const>>{}(
                            static_cast<std::shared_ptr<Owner const>*>(pointer));
                      }};
  static_cast<void>(holder.release());
  return capsule;
}

inline py::array read_only(py::array array) {
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

/// All of `values`; `owner` keeps them alive.
template <class T>
py::array view(std::vector<T> const& values, py::capsule const& owner) {
  return read_only(py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data(), owner));
}

/// A column as `rows` values: a constant one is a view with stride 0, one that was not recorded is
/// None.
template <class T>
py::object view(traces::Column<T> const& column, std::size_t rows, py::capsule const& owner) {
  if (!column.recorded()) return py::none();
  auto const stride = static_cast<py::ssize_t>(column.constant() && rows != 1 ? 0 : sizeof(T));
  return read_only(
      py::array_t<T>({static_cast<py::ssize_t>(rows)}, {stride}, column.data().data(), owner));
}

}  // namespace acrn::python
