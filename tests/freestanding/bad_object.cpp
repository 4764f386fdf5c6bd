// SPDX-License-Identifier: BSD-3-Clause
// What core must not contain, so that the symbol check can be seen to find it: heap and a virtual
// destructor. Compiled with the freestanding flags, linked nowhere.
#include <cstddef>

namespace acrn::tests {

struct Device {
  Device() = default;
  Device(Device const&) = delete;
  Device& operator=(Device const&) = delete;
  virtual ~Device();
  std::size_t state{};
};

Device::~Device() = default;

Device* make_device() { return new Device; }

}  // namespace acrn::tests
