// SPDX-License-Identifier: BSD-3-Clause
// The functional engine for Python, and what both engines' results have in common.
#include "pyacrn/bind/replay.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "pyacrn/bind/access_table.hpp"
#include "pyacrn/bind/bind.hpp"
#include "traces/reader.hpp"

namespace acrn::python {

using namespace py::literals;

core::Profile const& find_profile(std::string const& name) {
  if (core::Profile const* const profile = core::find_profile(name)) return *profile;
  std::string known;
  for (core::Profile const* const profile : core::profiles) {
    known += (known.empty() ? "" : ", ") + std::string{profile->name};
  }
  throw std::invalid_argument("profile \"" + name + "\" is unknown; known are " + known);
}

replay::Plan load_plan(std::string const& path) {
  traces::Reader reader{path};
  return replay::Plan::load(reader);
}

py::dict outcome(replay::Plan const& plan, replay::ReplayResult const& result) {
  py::object divergence = py::none();
  if (auto const& first = result.first_divergence) {
    divergence = py::dict("position"_a = first->position, "vm"_a = first->vcpu.vm.value,
                          "vcpu"_a = first->vcpu.vcpu.value, "field"_a = first->field,
                          "expected"_a = first->expected, "actual"_a = first->actual);
  }
  py::list digests;
  for (std::size_t i = 0; i < result.vcpu_digests.size(); ++i) {
    replay::PlannedVcpu const& vcpu = plan.vcpus()[i];
    digests.append(py::make_tuple(vcpu.vm.value, vcpu.vcpu.value, result.vcpu_digests[i]));
  }
  return py::dict(
      "accesses"_a = result.accesses, "elements"_a = result.elements, "handled"_a = result.handled,
      "forwarded"_a = result.forwarded, "faulted"_a = result.faulted, "upcalls"_a = result.upcalls,
      "divergences"_a = result.divergences, "checked"_a = result.fields.checked,
      "echoed"_a = result.fields.echoed, "unknown"_a = result.fields.unknown,
      "first_divergence"_a = divergence, "vcpu_digests"_a = digests, "digest"_a = result.digest);
}

namespace {

py::dict replay_functional(std::string const& path, std::string const& profile_name) {
  std::optional<replay::Plan> plan;
  replay::ReplayResult result;
  std::shared_ptr<AccessTable const> table;
  {
    py::gil_scoped_release const release;
    core::Profile const& profile = find_profile(profile_name);
    plan = load_plan(path);
    result = replay::replay_functional(*plan, {.profile = &profile});
    table = std::make_shared<AccessTable const>(make_access_table(*plan));
  }
  py::dict all = outcome(*plan, result);
  all["columns"] = table_columns(table);
  return all;
}

}  // namespace

void bind_replay(py::module_& module) {
  module.def("replay_functional", replay_functional, "path"_a, py::kw_only(), "profile"_a);
}

}  // namespace acrn::python
