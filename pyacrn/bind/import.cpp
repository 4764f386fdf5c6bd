// SPDX-License-Identifier: BSD-3-Clause
// Importing another tool's trace, for Python.
#include "traces/importers/import.hpp"

#include <pybind11/stl.h>

#include <string>

#include "pyacrn/bind/bind.hpp"
#include "pyacrn/bind/text.hpp"

namespace acrn::python {
namespace {

using namespace py::literals;

py::dict counts(std::map<std::string, std::uint64_t> const& map) {
  py::dict result;
  for (auto const& [name, count] : map) result[text(name)] = count;
  return result;
}

py::dict import_capture(std::string const& source, std::string const& destination,
                        std::string const& dialect) {
  traces::ImportReport report;
  {
    py::gil_scoped_release const release;
    traces::ImportOptions options;
    options.dialect = dialect;
    report = traces::import_capture(source, destination, options);
  }
  py::list rejected;
  for (traces::RejectedLine const& line : report.rejected) {
    rejected.append(py::make_tuple(line.line, text(line.reason), text(line.text)));
  }
  return py::dict("dialect"_a = text(report.source.dialect), "lines"_a = report.lines,
                  "used"_a = report.source.used, "ignored"_a = report.source.ignored,
                  "rejected"_a = report.source.rejected, "lost"_a = report.source.lost,
                  "accesses"_a = report.accesses, "exits"_a = report.exits,
                  "injections"_a = report.injections, "inputs"_a = report.inputs,
                  "vcpus"_a = report.vcpus, "used_by_kind"_a = counts(report.used_by_kind),
                  "ignored_by_kind"_a = counts(report.ignored_by_kind),
                  "rejected_by_reason"_a = counts(report.rejected_by_reason),
                  "notes"_a = counts(report.notes), "rejected_lines"_a = rejected);
}

}  // namespace

void bind_import(py::module_& module) {
  module.def("import_capture", import_capture, "source"_a, "destination"_a, "dialect"_a);
  py::list dialects;
  for (std::string_view const name : traces::dialect_names()) dialects.append(std::string{name});
  module.attr("dialect_names") = py::tuple(dialects);
}

}  // namespace acrn::python
