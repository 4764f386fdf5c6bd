// SPDX-License-Identifier: BSD-3-Clause
// A VM's PC: the maps, the hypervisor's own devices in them, the wires to the interrupt
// controllers, and what ends the VM.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "core/devices/acpi_pm.hpp"
#include "core/devices/clock.hpp"
#include "core/devices/pci_host.hpp"
#include "core/devices/pic.hpp"
#include "core/devices/pit.hpp"
#include "core/devices/reset_ports.hpp"
#include "core/devices/rtc.hpp"
#include "core/devices/test_device.hpp"
#include "core/devices/uart.hpp"
#include "core/emulate/effects.hpp"
#include "core/emulate/vm_state.hpp"
#include "core/platform/platform_config.hpp"
#include "core/platform/stop.hpp"
#include "core/types.hpp"

namespace acrn::core {

/// How many bytes of text a platform keeps until the host takes them.
inline constexpr std::size_t platform_output_size = 64;

/// The platform's devices that answer a byte at a time by the short way.
enum class FastDevice : std::uint8_t { none, pic, pit, uart0, rtc, console };

/// All that a Platform remembers, but for its maps and the text that it holds for the host.
struct PlatformSnapshot {
  PicState pic{};
  PitState pit{};
  UartState uart{};
  RtcState rtc{};
  AcpiPmState acpi_pm{};
  ResetControlState reset{};
  PciHostState pci_host{};
  TestDeviceState test_device{};
  std::uint8_t console_source{};
  VcpuStop stop{};
  friend constexpr bool operator==(PlatformSnapshot const&, PlatformSnapshot const&) = default;
};
static_assert(std::is_trivially_copyable_v<PlatformSnapshot>);

/// Touched only while holding the VM's turn. Not copyable, since the maps name its devices;
/// snapshot() and restore() carry its state.
class Platform {
 public:
  /// `config` must be valid (validate()). No device answers before attach().
  explicit Platform(PlatformConfig const& config) noexcept;
  Platform(Platform const&) = delete;
  Platform& operator=(Platform const&) = delete;

  /// Registers the configured devices in state(). Once, before the host adds what else it has.
  void attach() noexcept;
  [[nodiscard]] VmState& state() noexcept { return state_; }
  [[nodiscard]] PlatformConfig const& config() const noexcept { return config_; }

  /// Which of the platform's own byte devices has that port, if one has. Devices must still be
  /// where attach() put them.
  [[nodiscard]] FastDevice fast_device(Port port) const noexcept {
    return port.value < fast_port_end ? fast_ports_[port.value] : FastDevice::none;
  }
  /// A byte at a port of that device: as the router would have it answered, and much shorter.
  std::uint8_t fast_read(Port port, Ticks now, Effects& effects, FastDevice device) noexcept;
  void fast_write(Port port, std::uint8_t value, Ticks now, Effects& effects,
                  FastDevice device) noexcept;

  /// Takes over what one exit caused: changed lines go to the PIC, power events become a stop. Vcpu
  /// does it for the exits that it handles.
  void apply(Effects const& effects) noexcept {
    if (effects.any_device()) [[unlikely]] {
      apply_changes(effects);
    }
  }
  /// A line that something outside of the platform drives (HC_SET_IRQLINE, a client).
  void change_line(IrqChange change) noexcept;
  /// A byte from outside for COM1; without the device, or without room, it is lost.
  void receive(std::uint8_t byte, Ticks now) noexcept;
  /// How many bytes COM1 can take now; 0 without the device.
  [[nodiscard]] std::uint8_t receive_room() const noexcept;

  /// Lets the devices act that were due. Needed at next_deadline(), harmless at any other time:
  /// many calls leave the same state as one with the last `now`.
  void advance(Ticks now) noexcept {
    if (keeps_time_) advance_devices(now);
  }
  [[nodiscard]] Ticks next_deadline() const noexcept { return deadline_; }

  /// Whether the PIC asks for an interrupt.
  [[nodiscard]] bool interrupt_pending() const noexcept { return interrupt_pending_; }
  /// The CPU's acknowledge cycle: the vector to deliver.
  std::uint8_t acknowledge() noexcept;
  [[nodiscard]] Pic const& pic() const noexcept { return pic_; }

  /// Why the VM ends, if it does. The first reason stays.
  [[nodiscard]] VcpuStop stop() const noexcept { return stop_; }

  /// Text that the guest wrote to COM1 and to the console port since clear_output(). Beyond
  /// platform_output_size bytes it is dropped: take it after each exit.
  [[nodiscard]] std::span<std::uint8_t const> output() const noexcept {
    return std::span{output_}.first(output_count_);
  }
  [[nodiscard]] bool has_output() const noexcept { return output_count_ != 0; }
  void clear_output() noexcept { output_count_ = 0; }
  /// What the guest last wrote to port 0xEA: whose text it hands on. 0 at first: its own.
  [[nodiscard]] std::uint8_t console_source() const noexcept { return console_source_; }

  [[nodiscard]] PlatformSnapshot snapshot() const noexcept;
  /// Takes over a snapshot; what no platform can be in is brought into range. Output is cleared.
  void restore(PlatformSnapshot const& snapshot) noexcept;

 private:
  friend struct PlatformHandlers;
  /// Devices that have deadlines of their own.
  enum class Timed : std::uint8_t { pit, uart, rtc, acpi_pm };
  static constexpr std::size_t timed_count = 4;
  static constexpr std::size_t fast_port_end = 0x4d2;  // after the ELCRs

  void add(Device device, Port first, std::uint16_t size) noexcept;
  void add_fast(FastDevice kind, Device device, Port first, std::uint16_t size) noexcept;
  void attach_clocks() noexcept;
  void attach_power() noexcept;
  void attach_test_device() noexcept;
  void apply_changes(Effects const& effects) noexcept;
  void advance_devices(Ticks now) noexcept;
  void drive_all_lines() noexcept;
  void set_deadline(Timed which, Ticks deadline) noexcept {
    if (deadlines_[static_cast<std::size_t>(which)] != deadline) [[unlikely]] {
      change_deadline(which, deadline);
    }
  }
  void change_deadline(Timed which, Ticks deadline) noexcept;
  void refresh_deadlines() noexcept;
  void refresh_interrupt() noexcept;
  // One by one, and never inlined: choosing between them then costs a jump, and none of them pays
  // for the registers that another one needs.
  [[gnu::noinline]] std::uint8_t read_pic(Port port, Ticks now, Effects& effects) noexcept;
  [[gnu::noinline]] std::uint8_t poll_pic(Port port, Ticks now, Effects& effects) noexcept;
  [[gnu::noinline]] std::uint8_t read_pit(Port port, Ticks now, Effects& effects) noexcept;
  [[gnu::noinline]] std::uint8_t read_uart(Port port, Ticks now, Effects& effects) noexcept;
  [[gnu::noinline]] std::uint8_t read_rtc(Port port, Ticks now, Effects& effects) noexcept;
  void after_pic() noexcept;
  void after_pit() noexcept;
  void after_uart(Direction direction, Effects& effects) noexcept;
  void after_rtc() noexcept;
  void put(std::uint8_t byte) noexcept;
  void end(VcpuStop stop) noexcept;

  Ticks deadline_{ticks_never};
  bool interrupt_pending_{};
  bool keeps_time_{};  ///< a device has a clock
  VcpuStop stop_{};
  std::uint8_t output_count_{};
  std::uint8_t console_source_{};
  std::array<Ticks, timed_count> deadlines_{ticks_never, ticks_never, ticks_never, ticks_never};
  std::array<std::uint8_t, platform_output_size> output_{};
  std::array<FastDevice, fast_port_end> fast_ports_{};
  PlatformConfig config_;
  Pic pic_;
  Pit pit_;
  Uart uart_;
  Rtc rtc_;
  AcpiPm acpi_pm_;
  ResetControl reset_{};
  PciHost pci_host_;
  TestDevice test_device_{};
  VmState state_{};
};

}  // namespace acrn::core
