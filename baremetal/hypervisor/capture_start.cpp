// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/hypervisor/capture_start.hpp"

#include <array>
#include <new>

#include "baremetal/capture/machine_ports.hpp"
#include "baremetal/capture/memory_sink.hpp"
#include "baremetal/capture/port_sinks.hpp"
#include "baremetal/capture/recorder.hpp"
#include "baremetal/machine/com1.hpp"
#include "baremetal/machine/frames.hpp"
#include "core/platform/platform_config.hpp"
#include "traces/wire/exit_columns.hpp"
#include "traces/wire/header.hpp"

namespace acrn::baremetal {
namespace {

constexpr core::Port printer_port{0x378};
/// Of `capture=memory`: a Linux boot takes about 4 MiB.
constexpr std::size_t memory_sink_size = std::size_t{32} << 20U;
/// A recorder's ring beyond its least: some 16,000 exits between two flushes.
constexpr std::size_t ring_size = std::size_t{8} << 20U;
constexpr std::size_t header_size_max = 4096;

constexpr std::size_t pages_of(std::size_t bytes) noexcept {
  return (bytes + page_size - 1) / page_size;
}

void* take(std::size_t bytes) noexcept {
  auto const address = Frames::allocate(pages_of(bytes));
  if (!address) {
    print("hv: capture: no memory for it; give the machine more, or leave capture= out\n");
    return nullptr;
  }
  return reinterpret_cast<void*>(*address);
}

constinit MachinePorts ports{};

/// Everything a sink may be; one of them is used.
FrameSink* make_sink(CaptureSink kind, Configuration const& configuration, void* place) noexcept {
  switch (kind) {
    case CaptureSink::off:
      return nullptr;
    case CaptureSink::com2:
      return new (place) ComSink<MachinePorts>{ports, configuration.com2};
    case CaptureSink::lpt1:
      return new (place) PrinterSink<MachinePorts>{ports, printer_port};
    case CaptureSink::e9:
      return new (place) DebugPortSink<MachinePorts>{ports};
    case CaptureSink::memory:
      break;
  }
  void* const memory = take(memory_sink_size);
  if (memory == nullptr) return nullptr;
  return new (place) MemorySink{std::span{static_cast<std::byte*>(memory), memory_sink_size}};
}

/// A SharedSink and room for the sink itself.
struct SinkPlace {
  SharedSink shared{};
  alignas(16) std::array<std::byte, 128> sink{};
};
static_assert(sizeof(ComSink<MachinePorts>) <= sizeof(SinkPlace::sink) &&
              sizeof(MemorySink) <= sizeof(SinkPlace::sink));

}  // namespace

std::optional<std::span<std::byte>> recorder_memory() noexcept {
  constexpr std::size_t size = pages_of(recorder_memory_min + ring_size) * page_size;
  void* const memory = take(size);
  if (memory == nullptr) return std::nullopt;
  return std::span{static_cast<std::byte*>(memory), size};
}

std::span<traces::ClientNameView const> service_clients() noexcept {
  static constexpr std::array clients{traces::ClientNameView{.id = 1, .name = "default"},
                                      traces::ClientNameView{.id = 2, .name = "uart"},
                                      traces::ClientNameView{.id = 3, .name = "rtc"},
                                      traces::ClientNameView{.id = 4, .name = "test device"},
                                      traces::ClientNameView{.id = 5, .name = "RAM disk"}};
  return clients;
}

SharedSink* open_capture(Configuration const& configuration) noexcept {
  if (configuration.capture == CaptureSink::off) return nullptr;
  void* const memory = take(sizeof(SinkPlace));
  if (memory == nullptr) return nullptr;
  auto* const place = new (memory) SinkPlace{};
  place->shared.sink = make_sink(configuration.capture, configuration, place->sink.data());
  return place->shared.sink == nullptr ? nullptr : &place->shared;
}

bool start_capture(SharedSink& capture, std::span<GuestVm* const> vms, core::Profile const& profile,
                   std::uint64_t tsc_hz) noexcept {
  std::array<core::PlatformConfigBytes, vm_count_max + 1> configurations{};
  std::array<traces::DeviceView, vm_count_max + 1> devices{};
  std::array<traces::VmView, vm_count_max + 1> views{};
  for (std::size_t i = 0; i < vms.size(); ++i) {
    configurations[i] = core::encode(vms[i]->platform.config());
    devices[i] = {
        .id = 1, .name = traces::platform_device_name, .configuration = configurations[i]};
    views[i] = {.id = vms[i]->id, .vcpus = 1, .devices = std::span{&devices[i], 1}};
  }
  std::array const clocks{traces::ClockView{
      .kind = "tsc", .hz_numerator = tsc_hz, .hz_denominator = 1, .resolution = 1}};
  traces::HeaderView const header{.clocks = clocks,
                                  .profile = profile.name,
                                  .cpu = "vmx",
                                  .vms = std::span{views}.first(vms.size()),
                                  .source = {.dialect = "hv"}};
  std::array<std::byte, header_size_max> bytes{};
  if (traces::capture_start_size(header) > bytes.size()) return false;
  return capture.sink->write(traces::encode_capture_start(header, bytes));
}

void finish_capture(SharedSink& capture, Configuration const& configuration) noexcept {
  if (configuration.capture != CaptureSink::memory) return;
  ComSink<MachinePorts> com{ports, configuration.com2};
  if (!com.write(static_cast<MemorySink*>(capture.sink)->bytes())) {
    print("hv: capture: COM2 does not take it; is there one at com2=?\n");
  }
}

}  // namespace acrn::baremetal
