// SPDX-License-Identifier: BSD-3-Clause
// One vCPU with a little RAM and MMIO everywhere else, that runs single trapped instructions.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/access.hpp"
#include "core/emulate/io_op.hpp"
#include "core/emulate/step.hpp"
#include "core/exit.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace acrn::core::fakes {

/// The modes that instructions are tested in.
enum class CpuMode : std::uint8_t { long64, protected32, real16 };

/// All that CpuView asks, to be set by the test. Starts in 64-bit mode without paging.
struct WholeCpu {
  std::array<std::uint64_t, 16> registers{};
  std::uint64_t instruction_pointer{};
  std::uint64_t flags{rflags::fixed};
  std::array<SegmentState, 6> segments{};
  ControlState controls{};
  std::array<VectorValue, 16> vectors{};

  explicit WholeCpu(CpuMode mode = CpuMode::long64);
  std::uint64_t& operator[](Register reg) { return registers.at(static_cast<std::size_t>(reg)); }
  SegmentState& operator[](Segment name) { return segments.at(static_cast<std::size_t>(name)); }
  /// Does what a host does with a commit.
  void apply(Commit const& commit);

  std::uint64_t read_register(Register reg) { return (*this)[reg]; }
  [[nodiscard]] std::uint64_t rip() const { return instruction_pointer; }
  [[nodiscard]] std::uint64_t rflags() const { return flags; }
  SegmentState segment(Segment name) { return (*this)[name]; }
  [[nodiscard]] ControlState control() const { return controls; }
  VectorValue read_vector(std::uint8_t index) { return vectors.at(index); }
};

/// Guest-physical addresses below its size. `rom_from` and up refuse writes.
struct Ram {
  std::vector<std::uint8_t> bytes{};
  std::uint64_t rom_from{~std::uint64_t{0}};
  std::vector<Gpa> data_reads{};  ///< reads of 8 bytes or fewer, in order

  bool read(Gpa gpa, std::span<std::uint8_t> out);
  bool write(Gpa gpa, std::span<std::uint8_t const> in);
  bool compare_exchange(Gpa gpa, std::uint8_t size, std::uint64_t expected, std::uint64_t desired);

  [[nodiscard]] std::uint64_t get(std::uint64_t gpa, std::uint8_t size) const;
  void set(std::uint64_t gpa, std::uint8_t size, std::uint64_t value);
};

/// The whole of it. RAM is the first MiB; page tables are in its last 256 KiB.
class MmioMachine {
 public:
  static constexpr std::uint64_t ram_size = 1U << 20U;
  static constexpr std::uint64_t code = 0x1000;       ///< where RIP starts
  static constexpr std::uint64_t mmio = 0xfed0'0000;  ///< where tests put their device

  explicit MmioMachine(CpuMode mode = CpuMode::long64, Profile const& profile = architectural);

  WholeCpu cpu;
  Ram ram;
  std::map<std::uint64_t, std::uint8_t> device{};  ///< MMIO by address; unset bytes read as 0xee
  std::map<std::uint64_t, std::uint64_t> ports{};  ///< what IN gets; unset ports all ones
  std::vector<Access> log{};                       ///< every access, with its final value
  std::optional<std::size_t> fail_at{};  ///< index in the log of an access that is refused
  IoOp op{};

  /// Sets the device's bytes at `address`.
  void set_device(std::uint64_t address, std::uint8_t size, std::uint64_t value);
  [[nodiscard]] std::uint64_t get_device(std::uint64_t address, std::uint8_t size) const;
  /// Puts the bytes at `code`, and RIP there.
  void load(std::vector<std::uint8_t> const& bytes);

  /// An exit of the instruction at RIP by an EPT violation at `gpa`, run to its end; what it
  /// commits is applied. Qualification: by default a write by a translated linear address.
  Step const& run(std::uint64_t gpa, std::uint64_t qualification = 0x182);
  /// The same of load(bytes).
  Step const& execute(std::vector<std::uint8_t> const& bytes, std::uint64_t gpa);
  /// Any exit.
  Step const& run(VmExit const& exit);

  /// Turns on 4-level paging, with nothing mapped but the first MiB to itself, supervisor,
  /// writable.
  void enable_paging();
  /// Maps the page of `linear` to that of `gpa`; `entry_bits` of the last level: P, R/W, U/S.
  void map(std::uint64_t linear, std::uint64_t gpa, std::uint64_t entry_bits = 3);

 private:
  std::uint64_t answer(Access const& access);

  Profile const& profile_;
  std::uint64_t next_table_{0xc'0000};
};

/// Shorthands for expected logs.
inline Access load_of(std::uint64_t gpa, std::uint8_t size, std::uint64_t value) {
  return {Space::mmio, Direction::read, size, gpa, value};
}
inline Access store_of(std::uint64_t gpa, std::uint8_t size, std::uint64_t value) {
  return {Space::mmio, Direction::write, size, gpa, value};
}

}  // namespace acrn::core::fakes
