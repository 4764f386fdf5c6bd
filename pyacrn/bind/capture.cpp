// SPDX-License-Identifier: BSD-3-Clause
// Captures for Python: the header as a dict, accesses as read-only arrays into decoded buffers.
#include <pybind11/stl.h>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "pyacrn/bind/access_table.hpp"
#include "pyacrn/bind/bind.hpp"
#include "pyacrn/bind/text.hpp"
#include "pyacrn/bind/view.hpp"
#include "traces/reader.hpp"

namespace acrn::python {
namespace {

using namespace py::literals;

py::dict clock_dict(traces::Clock const& clock) {
  return py::dict("kind"_a = text(clock.kind), "hz_numerator"_a = clock.hz_numerator,
                  "hz_denominator"_a = clock.hz_denominator,
                  "resolution_ticks"_a = clock.resolution, "epoch_ticks"_a = clock.epoch);
}

py::dict source_dict(traces::SourceInfo const& source) {
  return py::dict("dialect"_a = text(source.dialect), "file"_a = text(source.file),
                  "crc32c"_a = source.crc32c, "used"_a = source.used, "ignored"_a = source.ignored,
                  "rejected"_a = source.rejected, "lost"_a = source.lost);
}

py::dict info_dict(traces::CaptureInfo const& info) {
  py::list vms;
  for (traces::VmInfo const& vm : info.vms) vms.append(py::make_tuple(vm.id, vm.vcpus));
  py::list never;
  for (std::string const& field : info.never_recorded) never.append(text(field));
  py::dict clients;
  for (auto const& [id, name] : info.clients) clients[py::int_(id)] = text(name);
  return py::dict("version"_a = info.version, "clock"_a = clock_dict(info.clock),
                  "profile"_a = text(info.profile), "cpu"_a = text(info.cpu), "vms"_a = vms,
                  "source"_a = source_dict(info.source), "never_recorded"_a = never,
                  "clients"_a = clients);
}

using Batch = std::shared_ptr<traces::AccessBatch const>;

py::dict batch_columns(Batch const& batch) {
  py::capsule const owner = share(batch);
  std::size_t const rows = batch->info.rows;
  py::dict stages;
  for (traces::StageColumn const& stage : batch->stages) {
    stages[py::int_(stage.stage)] =
        py::make_tuple(view(stage.rows, owner), view(stage.times, owner));
  }
  return py::dict(
      "rows"_a = rows, "vm"_a = batch->info.vm, "vcpu"_a = batch->info.vcpu,
      "dropped_before"_a = batch->info.dropped_before,
      "sequence"_a = view(batch->sequence, rows, owner),
      "time_ticks"_a = view(batch->time, rows, owner), "shape"_a = view(batch->shape, rows, owner),
      "address"_a = view(batch->address, rows, owner), "value"_a = view(batch->value, rows, owner),
      "value_known"_a = view(batch->value_known, rows, owner),
      "count"_a = view(batch->count, rows, owner),
      "handling"_a = view(batch->handling, rows, owner),
      "client"_a = view(batch->client, rows, owner), "exit"_a = view(batch->exit, rows, owner),
      "stages"_a = stages);
}

py::object next_batch(traces::Reader& reader) {
  auto batch = std::make_shared<traces::AccessBatch>();
  bool found = false;
  {
    py::gil_scoped_release const release;
    found = reader.next(*batch);
  }
  if (!found) return py::none();
  return batch_columns(std::move(batch));
}

py::dict totals_dict(traces::Reader& reader) {
  static constexpr std::array names{"", "exit", "access", "slot", "inject", "input"};
  py::dict totals;
  std::span<traces::StreamTotals const, 6> all = reader.totals();
  for (std::size_t stream = 1; stream < names.size(); ++stream) {
    traces::StreamTotals const& one = all[stream];
    totals[names[stream]] =
        py::dict("rows"_a = one.rows, "chunks"_a = one.chunks, "dropped"_a = one.dropped,
                 "first_time_ticks"_a = one.first_time, "last_time_ticks"_a = one.last_time);
  }
  return totals;
}

py::dict read_columns(std::string const& path) {
  std::shared_ptr<AccessTable const> table;
  {
    py::gil_scoped_release const release;
    table = std::make_shared<AccessTable const>(read_access_table(path));
  }
  return table_columns(table);
}

}  // namespace

py::dict table_columns(std::shared_ptr<AccessTable const> const& table) {
  py::capsule const owner = share(table);
  auto const column = [&owner, rows = table->rows()](auto const& values) -> py::object {
    if (values.empty() && rows != 0) return py::none();
    return view(values, owner);
  };
  py::dict stages;
  for (auto const& [number, stage] : table->stages) {
    stages[py::int_(number)] = py::make_tuple(view(stage.rows, owner), view(stage.times, owner));
  }
  return py::dict("rows"_a = table->rows(), "vm"_a = column(table->vm),
                  "vcpu"_a = column(table->vcpu), "sequence"_a = column(table->sequence),
                  "time_ticks"_a = column(table->time), "shape"_a = column(table->shape),
                  "address"_a = column(table->address), "value"_a = column(table->value),
                  "value_known"_a = column(table->value_known), "count"_a = column(table->count),
                  "handling"_a = column(table->handling), "client"_a = column(table->client),
                  "exit"_a = column(table->exit), "stages"_a = stages);
}

void bind_capture(py::module_& module) {
  py::class_<traces::Reader>(module, "Reader", "One pass over a capture.")
      .def(py::init<std::string const&>(), "path"_a, py::call_guard<py::gil_scoped_release>())
      .def("info", [](traces::Reader const& reader) { return info_dict(reader.info()); })
      .def("cut", &traces::Reader::cut)
      .def("totals", totals_dict)
      .def("recover", &traces::Reader::recover, py::call_guard<py::gil_scoped_release>())
      .def("next", next_batch, "The columns of the next chunk of accesses, or None at the end.");
  module.def("read_columns", read_columns, "path"_a,
             "The columns of all accesses, ordered by VM, then sequence.");
}

}  // namespace acrn::python
