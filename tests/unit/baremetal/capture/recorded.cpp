// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/baremetal/capture/recorded.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <fstream>
#include <map>

#include "core/vcpu/interruption.hpp"
#include "tests/support/data.hpp"
#include "traces/wire/header.hpp"

namespace acrn::baremetal::tests {

namespace read_bit = traces::exit_read;
namespace written_bit = traces::exit_written;
Capture::Capture(std::size_t size) : memory_(size), sink_{memory_} {
  constexpr std::array<std::uint8_t, 2> configuration{1, 0};
  std::array const devices{
      traces::DeviceView{.id = 1, .name = "platform", .configuration = configuration}};
  std::array const vms{traces::VmView{.id = 3, .vcpus = 1, .devices = devices}};
  std::array const clocks{
      traces::ClockView{.kind = "tsc", .hz_numerator = 1'000'000'000, .hz_denominator = 1}};
  traces::HeaderView const header{
      .clocks = clocks, .profile = "architectural", .cpu = "vmx", .vms = vms};
  std::vector<std::byte> start(traces::capture_start_size(header));
  sink_.write(traces::encode_capture_start(header, start));
}

std::string Capture::file() const {
  auto const bytes = sink_.bytes();
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

ReadBack read_back(std::string const& file) {
  acrn::tests::TemporaryDirectory const directory;
  std::string const path = directory.path() / "image.acap";
  std::ofstream{path, std::ios::binary} << file;
  traces::Reader reader{path};
  ReadBack back{.rows = acrn::tests::read_all(reader)};
  for (traces::StreamTotals const& totals : reader.totals()) back.dropped += totals.dropped;
  back.cut = reader.cut();
  return back;
}

acrn::tests::CaptureRows read(std::string const& file) { return read_back(file).rows; }

std::uint64_t Script::number() {
  std::uint64_t const any = random_();
  return chance(60) ? any % 300 : any >> (random_() % 64);
}

void Script::before_the_first_exit() {
  input();
  input();
  enter(nullptr);
}

void Script::exit() {
  now_ += 1 + random_() % 3000;
  core::MachineExit exit{.reason = static_cast<std::uint16_t>(random_() % 66),
                         .instruction_length = static_cast<std::uint8_t>(random_() % 16),
                         .qualification = number()};
  if (chance(20)) exit.guest_physical = {number()};
  if (chance(20)) exit.guest_linear = number();
  if (chance(20)) exit.instruction_information = static_cast<std::uint32_t>(number());
  if (chance(20)) exit.interruption_information = static_cast<std::uint32_t>(number());
  if (chance(20)) exit.idt_vectoring_information = 0x8000'0b0e;
  if (chance(10)) exit.idt_vectoring_error_code = static_cast<std::uint32_t>(number());
  traces::ExitRow row;
  row.time_in = now_;
  row.reason = exit.reason;
  row.qualification = exit.qualification;
  row.rip = chance(70) ? 0xffff'ffff'8100'0000 + number() : number();
  row.length = exit.instruction_length;
  recorder_.begin_exit(exit, *row.rip, {now_});
  std::map<unsigned, std::uint64_t> const fields{
      {read_bit::guest_physical, exit.guest_physical.value},
      {read_bit::guest_linear, exit.guest_linear},
      {read_bit::instruction_information, exit.instruction_information},
      {read_bit::interruption, exit.interruption_information},
      {read_bit::idt_vectoring,
       exit.idt_vectoring_information | std::uint64_t{exit.idt_vectoring_error_code} << 32U}};
  ++exits_;
  ask(row);
  log(row);
  if (chance(60)) access(row);
  if (chance(10)) access(row);
  commit(row);
  while (chance(10)) input();
  std::map<unsigned, std::uint64_t> values;
  for (std::uint32_t mask = row.register_mask; mask != 0; mask &= mask - 1) {
    values[static_cast<unsigned>(std::countr_zero(mask))] = row.registers_read[values.size()];
  }
  for (auto const& [bit, value] : fields) {
    if (value != 0) values[bit] = value;
  }
  // The entry is planned once the exit is committed.
  std::uint64_t const flags = chance(50) ? 0x246 : number() & 0xffff'ffffU;
  if (chance(30)) {
    std::uint64_t const state = flags | (chance(20) ? std::uint64_t{1} << 32U : 0);
    recorder_.asked(read_bit::entry_state, state);
    bool const written = (row.written_mask >> written_bit::rflags & 1U) != 0;
    bool const asked = values.contains(read_bit::rflags);
    std::uint64_t implied = ~std::uint64_t{0};
    if (written) {
      auto const before = row.written_mask & ((1U << written_bit::rflags) - 1U);
      implied = row.registers_written[static_cast<std::size_t>(std::popcount(before))];
    } else if (asked) {
      implied = values[read_bit::rflags];
    }
    if (state != implied) values[read_bit::entry_state] = state;
  }
  row.register_mask = 0;
  row.registers_read.clear();
  for (auto const& [bit, value] : values) {
    row.register_mask |= 1U << bit;
    row.registers_read.push_back(value);
  }
  enter(&row);
  rows_.exit[key].push_back(row);
}

void Script::ask(traces::ExitRow& row) {
  std::map<unsigned, std::uint64_t> values;
  while (chance(60)) {
    auto const bit = static_cast<unsigned>(random_() % 17);
    std::uint64_t const value = values.contains(bit) ? values[bit] : number();
    recorder_.asked(bit, value);
    values[bit] = value;
  }
  for (auto const& [bit, value] : values) {
    row.register_mask |= 1U << bit;
    row.registers_read.push_back(value);
  }
}

void Script::log(traces::ExitRow& row) {
  while (chance(25)) {
    std::vector<std::uint8_t> bytes(random_() % 40);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
    std::array const head{static_cast<std::uint8_t>(random_())};
    bool const ram = chance(50);
    recorder_.log(ram ? traces::RawKind::ram : traces::RawKind::state, head, bytes);
    std::string& list = (ram ? row.guest_ram_read : row.entry_state) += static_cast<char>(head[0]);
    list.append(bytes.begin(), bytes.end());
  }
}

void Script::transitions() {
  using State = traces::SlotRowState;
  using Actor = traces::SlotRowActor;
  auto& slots = rows_.slot[key];
  std::uint64_t const access = rows_.access[key].size();
  auto const keep = [&](std::uint64_t time, State from, State to, Actor actor) {
    slots.push_back({.time = time,
                     .access = access,
                     .from = static_cast<std::uint8_t>(from),
                     .to = static_cast<std::uint8_t>(to),
                     .actor = static_cast<std::uint8_t>(actor)});
  };
  if (chance(90)) {
    RequestLife life{.pending = now_ + random_() % 100};
    life.processing = life.pending + random_() % 200;
    life.complete = life.processing + random_() % 200;
    life.free = life.complete + random_() % 200;
    recorder_.life(life);
    keep(life.pending, State::free, State::pending, Actor::hypervisor);
    keep(life.processing, State::pending, State::processing, Actor::worker);
    keep(life.complete, State::processing, State::complete, Actor::client);
    keep(life.free, State::complete, State::free, Actor::hypervisor);
  } else {
    recorder_.slot({State::free, State::pending, Actor::hypervisor}, now_ + 5);
    keep(now_ + 5, State::free, State::pending, Actor::hypervisor);
  }
}

void Script::access(traces::ExitRow const& row) {
  if (chance(60)) transitions();
  std::array<std::uint8_t, 4> const sizes{1, 2, 4, 8};
  traces::AccessRow access;
  access.sequence = rows_.access[key].size();
  access.time = row.time_in;
  access.access.space = chance(80) ? core::Space::port : core::Space::mmio;
  access.access.direction = chance(50) ? core::Direction::read : core::Direction::write;
  access.access.size = sizes[random_() % sizes.size()];
  access.access.address = number();
  access.access.value = core::truncate(number(), access.access.size);
  access.handling = static_cast<traces::Handling>(1 + random_() % 4);
  access.client = static_cast<traces::ClientId>(random_() % 3);
  access.exit = exits_ - 1;
  std::vector<StageStamp> stamps;
  for (std::uint8_t stage = 3; stage < 9; ++stage) {
    if (stage > 5 && chance(20)) continue;
    stamps.push_back({.stage = stage, .ticks = now_ + 10U * stage + random_() % 50});
    access.stages[stage] = stamps.back().ticks;
  }
  if (chance(40)) {
    stamps.clear();
    access.stages = traces::AccessRow::make_stages();
  }
  recorder_.access(
      access.access,
      {.handling = access.handling, .client = access.client, .fault_vector = 0, .stamps = stamps});
  rows_.access[key].push_back(access);
}

void Script::commit(traces::ExitRow& row) {
  core::Commit commit;
  commit.start(static_cast<std::uint8_t>(chance(70) ? *row.length : random_() % 16));
  core::ControlWrite control;
  std::map<unsigned, std::uint64_t> values;
  for (unsigned i = 0; i < random_() % 4; ++i) {
    auto const reg = static_cast<unsigned>((random_() % 4) * 4 + i);
    commit.set(static_cast<core::Register>(reg), number());
    values[reg] = commit.values[i];
  }
  if (chance(20)) commit.set_rflags(values[written_bit::rflags] = number() & 0xffff'ffffU);
  if (chance(10)) commit.rip_size = 2;
  std::uint64_t const after = commit.next_rip(*row.rip);
  if (after != *row.rip + *row.length) values[written_bit::rip] = after - *row.rip;
  if (chance(5)) {
    control = {.target = core::ControlRegister::cr0,
               .efer_change = chance(50) ? core::Change::set : core::Change::keep,
               .value = number(),
               .efer = number()};
    bool const efer = control.efer_change == core::Change::set;
    values[written_bit::control_register] = 1U | (efer ? 0x100U : 0U);
    values[written_bit::control_value] = control.value;
    if (efer) values[written_bit::efer] = control.efer;
  }
  if (chance(5)) {
    commit.vector_width = chance(50) ? 16 : 32;
    commit.vector_index = 7;
    for (std::uint8_t& byte : commit.vector) byte = static_cast<std::uint8_t>(random_());
    values[written_bit::vector_register] = 7U | std::uint64_t{commit.vector_width} << 8U;
    auto const words = std::bit_cast<std::array<std::uint64_t, 4>>(commit.vector);
    for (unsigned i = 0; i < commit.vector_width / 8U; ++i) {
      values[written_bit::vector_word0 + i] = words[i];
    }
  }
  commit.single_step = chance(5);
  if (commit.single_step) values[written_bit::single_step] = 1;
  auto const progress = chance(5) ? core::Progress::fault : core::Progress::done;
  if (progress != core::Progress::done) {
    values[written_bit::progress] = static_cast<std::uint64_t>(progress);
  }
  core::VcpuStop stop;
  if (chance(2)) stop = {.kind = core::StopKind::test_exit, .code = 0x5a};
  if (stop.kind != core::StopKind::none) {
    values[written_bit::stop] = static_cast<std::uint64_t>(stop.kind) | std::uint64_t{0x5a} << 32U;
  }
  recorder_.end_exit({commit, control}, progress, stop);
  for (auto const& [bit, value] : values) {
    row.written_mask |= 1U << bit;
    row.registers_written.push_back(value);
  }
}

void Script::input() {
  traces::InputRow row{.time = now_ += random_() % 50,
                       .position = rows_.access[key].size(),
                       .kind = static_cast<traces::InputKind>(1 + random_() % 5),
                       .target = number(),
                       .payload = number(),
                       .after_exit = exits_ == 0 ? traces::no_exit : exits_ - 1};
  recorder_.input({row.kind, row.target, row.payload}, {row.time});
  rows_.input[key].push_back(row);
}

void Script::enter(traces::ExitRow* row) {
  now_ += random_() % 2000;
  core::EntryPlan plan;
  if (chance(20)) {
    bool const error = chance(30);
    core::Interruption const event{.vector = static_cast<std::uint8_t>(random_()),
                                   .type = core::InterruptionType::hardware_exception,
                                   .has_error_code = error,
                                   .valid = true};
    plan.interruption_information = core::encode_interruption(event);
    plan.error_code = error ? static_cast<std::uint32_t>(number()) : 0;
    plan.origin = static_cast<core::InjectOrigin>(1 + random_() % 4);
    std::array<std::uint8_t, 5> const origins{0, 1, 2, 4, 5};
    traces::InjectRow inject{.time = now_,
                             .after_exit = exits_ == 0 ? traces::no_exit : exits_ - 1,
                             .position = rows_.access[key].size(),
                             .vector = event.vector,
                             .type = 3,
                             .error_code = {},
                             .origin = origins[static_cast<std::size_t>(plan.origin)]};
    if (error) inject.error_code = plan.error_code;
    rows_.inject[key].push_back(inject);
  }
  recorder_.enter(plan, {now_});
  if (row != nullptr) row->time_out = now_;
}

}  // namespace acrn::baremetal::tests
