// SPDX-License-Identifier: BSD-3-Clause
#include "sim/replay/exits/plan.hpp"

#include <algorithm>

#include "traces/wire/exit_columns.hpp"

namespace acrn::replay::exits {

bool is_exit_exact(traces::CaptureInfo const& info) {
  return std::any_of(info.vms.begin(), info.vms.end(), [](traces::VmInfo const& vm) {
    return std::any_of(vm.devices.begin(), vm.devices.end(), [](traces::DeviceInfo const& device) {
      return device.name == traces::platform_device_name && !device.configuration.empty();
    });
  });
}

}  // namespace acrn::replay::exits
