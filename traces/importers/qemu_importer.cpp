// SPDX-License-Identifier: BSD-3-Clause
#include "traces/importers/qemu_importer.hpp"

namespace acrn::traces {
namespace {

// More regions than any machine has; the rest goes without a name.
constexpr std::size_t clients_max = 65'536;
constexpr std::uint8_t clock_digits = 6;
constexpr std::uint64_t port_end = 0x10000;

// QEMU prints an address in the memory or in the port space and not which. The first 640 KiB of
// memory of a PC are RAM, which has no ops, so that an address below 64 Ki is a port; but ports
// have no 8-byte accesses.
core::Space space_of(QemuAccess const& access) {
  return access.address < port_end && access.size != 8 ? core::Space::port : core::Space::mmio;
}

/// QEMU names the ports that no device has "io": reads are all ones, writes go nowhere (QEMU 7.2,
/// softmmu/physmem.c, memory_map_init()).
Handling handling_of(QemuAccess const& access) {
  bool const nobody = space_of(access) == core::Space::port && access.name == "io";
  return nobody ? Handling::unclaimed : Handling::forwarded;
}

}  // namespace

void QemuImporter::take(Line const& line) {
  if (line.too_long) {
    tally_.rejected(line, "line longer than 64 KiB");
    return;
  }
  if (line.text.empty()) {
    tally_.ignored("blank line");
    return;
  }
  auto const event = parse_qemu_line(line.text);
  if (!event) {
    tally_.rejected(line, "not a trace event: no name like memory_region_ops_read in front");
  } else if (event->refused != nullptr) {
    tally_.rejected(line, event->refused);
  } else if (!event->access) {
    tally_.ignored(event->event);
  } else if (event->access->cpu == -1) {
    tally_.ignored("memory_region_ops of no vCPU (cpu -1)");
  } else if (char const* const refused = take_access(*event)) {
    tally_.rejected(line, refused);
  } else {
    tally_.used(event->event);
  }
}

char const* QemuImporter::take_access(QemuLine const& event) {
  QemuAccess const& access = *event.access;
  if (access.cpu < 0 || access.cpu >= static_cast<std::int64_t>(VcpuTable::vcpus_max)) {
    return "cpu is not -1 and not below 4096";
  }
  if (access.size != 1 && access.size != 2 && access.size != 4 && access.size != 8) {
    return "size is not 1, 2, 4 or 8";
  }
  auto const vcpu = static_cast<std::uint16_t>(access.cpu);
  auto const size = static_cast<std::uint8_t>(access.size);
  std::uint64_t const cut = core::truncate(access.value, size);
  if (cut != access.value) tally_.note("value wider than its access, cut");
  AccessRow row{.sequence = accesses_,
                .time = time_of(event),
                .access = {space_of(access), access.direction, size, access.address, cut},
                .handling = handling_of(access),
                .client = client_of(access)};
  sink_.write(vcpu, row);
  vcpus_.set(vcpu);
  ++accesses_;
  return nullptr;
}

std::uint64_t QemuImporter::time_of(QemuLine const& event) {
  if (clock_ == QemuClock::untimed) return 0;
  if (!event.time) {
    tally_.note("access without a time stamp, taken as of the line before");
    return latest_time_;
  }
  std::uint64_t const time = event.time->ticks(clock_digits);
  if (time < latest_time_) tally_.note("time stamp before that of an earlier line");
  latest_time_ = time;
  return time;
}

ClientId QemuImporter::client_of(QemuAccess const& access) {
  if (access.name.empty()) {
    auto const known = unnamed_clients_.find(access.region);
    if (known != unnamed_clients_.end()) return known->second;
    if (unnamed_clients_.size() >= clients_max) return 0;
    // Numbered by first appearance, since the pointer differs from run to run.
    ClientId const id = sink_.client("region-" + std::to_string(unnamed_clients_.size() + 1));
    return unnamed_clients_[access.region] = id;
  }
  auto const known = clients_.find(access.name);
  if (known != clients_.end()) return known->second;
  if (clients_.size() >= clients_max) return 0;
  return clients_.try_emplace(std::string{access.name}, sink_.client(access.name)).first->second;
}

}  // namespace acrn::traces
