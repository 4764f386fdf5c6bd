// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/smp_start.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <new>
#include <optional>
#include <span>

#include "baremetal/machine/cpu.hpp"
#include "baremetal/machine/frames.hpp"
#include "baremetal/machine/local_apic.hpp"
#include "baremetal/machine/paging.hpp"
#include "baremetal/machine/smp.hpp"
#include "baremetal/machine/tsc.hpp"

extern "C" {
extern std::uint8_t const hv_trampoline[];
extern std::uint8_t const hv_trampoline_end[];
// What trampoline.S reads: how many CPUs may come in, how many have asked, and their stacks.
constinit std::uint64_t hv_ap_stack_tops[acrn::baremetal::cpu_count_max]{};
constinit std::atomic<std::uint32_t> hv_ap_limit{};
constinit std::atomic<std::uint32_t> hv_ap_tickets{};
[[noreturn]] void hv_ap_main(std::uint32_t ticket) noexcept;
}

namespace acrn::baremetal {
namespace {

// One block for each CPU, in pages: its area, and three stacks with a page below each that is not
// mapped.
constexpr std::size_t area_pages = 1;
constexpr std::size_t guard_pages = 1;
constexpr std::size_t stack_pages = 16;
constexpr std::size_t fault_stack_pages = 4;
constexpr std::size_t nmi_stack_pages = 2;
constexpr std::size_t block_pages =
    area_pages + stack_pages + fault_stack_pages + nmi_stack_pages + 3 * guard_pages;
static_assert(sizeof(CpuArea) <= area_pages * page_size);

// Drawn tickets are this much higher once nobody is let in any more.
constexpr std::uint32_t closed = 1U << 16U;

// Source: Intel SDM vol. 3A (Sep 2023), section 9.4.4.1 "Typical BSP Initialization Sequence".
constexpr std::uint64_t after_init_us = 10'000;
constexpr std::uint64_t after_startup_us = 200;
constexpr std::uint64_t arrival_us = 100'000;             // of CPUs that nobody knows of
constexpr std::uint64_t expected_arrival_us = 1'000'000;  // of CPUs that must be there

constexpr std::uint32_t xapic_id_max = 0xfe;  // 0xff means all

struct Block {
  CpuArea* area{};
  InterruptStacks interrupt_stacks{};
};
constinit std::array<Block, cpu_count_max> blocks{};

bool make_block(std::size_t ticket) noexcept {
  std::optional<std::uint64_t> const first = Frames::allocate_zeroed(block_pages);
  if (!first) return false;
  std::uint64_t top = *first + area_pages * page_size;
  bool guarded = true;
  auto const add_stack = [&](std::size_t pages) {
    guarded = protect_page(top, PageRights::none) && guarded;
    top += (guard_pages + pages) * page_size;
    return top;
  };
  hv_ap_stack_tops[ticket] = add_stack(stack_pages);
  blocks[ticket].interrupt_stacks = {.fault = add_stack(fault_stack_pages),
                                     .nmi = add_stack(nmi_stack_pages)};
  blocks[ticket].area = new (reinterpret_cast<void*>(*first)) CpuArea{};
  blocks[ticket].area->index = static_cast<std::uint32_t>(ticket + 1);  // until enlist()
  return guarded;
}

void release_block(std::size_t ticket) noexcept {
  std::uint64_t const first = reinterpret_cast<std::uint64_t>(blocks[ticket].area);
  for (std::uint64_t page = first; page < first + block_pages * page_size; page += page_size) {
    // The tables are there, as the guard pages were made before.
    if (!protect_page(page, PageRights::read_write)) return;
  }
  Frames::release(first, block_pages);
}

/// The copied code, as the page number that a start-up message carries. The page is never given
/// back: a CPU that comes too late runs through it, too.
std::optional<std::uint32_t> place_trampoline() noexcept {
  std::optional<std::uint64_t> const page = Frames::allocate_low();
  if (!page) return std::nullopt;
  std::copy(hv_trampoline, hv_trampoline_end, reinterpret_cast<std::uint8_t*>(*page));
  if (!protect_page(*page, PageRights::read_execute)) return std::nullopt;
  return static_cast<std::uint32_t>(*page / page_size);
}

std::uint32_t arrived() noexcept {
  std::uint32_t const limit = hv_ap_limit.load(std::memory_order_relaxed);
  return static_cast<std::uint32_t>(
      std::count_if(blocks.begin(), blocks.begin() + limit, [](Block const& block) {
        // pairs with hv_ap_main()
        return block.area->state.load(std::memory_order_acquire) == CpuState::arrived;
      }));
}

void wait_for_arrivals(std::uint32_t expected, std::uint64_t limit_us) noexcept {
  constexpr std::uint64_t step_us = 100;
  for (std::uint64_t waited = 0; waited < limit_us && arrived() < expected; waited += step_us) {
    delay_us(step_us);
  }
}

/// INIT, then twice the start-up message, as the manual has it.
template <class Send>
void start_by(Send send, std::uint32_t page_number) noexcept {
  send(ipi_init);
  delay_us(after_init_us);
  send(ipi_startup | page_number);
  delay_us(after_startup_us);
  send(ipi_startup | page_number);
}

struct Startup {
  std::uint32_t page_number{};
  std::uint32_t apic_id_max{};  ///< xAPIC messages have 8 bits for it
};

void start_listed(std::span<std::uint32_t const> apic_ids, Startup startup) noexcept {
  std::uint32_t const limit = hv_ap_limit.load(std::memory_order_relaxed);
  std::uint32_t expected = 0;
  for (std::uint32_t const apic_id : apic_ids) {
    if (apic_id == local_apic_id() || apic_id > startup.apic_id_max) continue;
    if (expected == limit) return;
    start_by([apic_id](std::uint32_t command) { send_ipi(apic_id, command); }, startup.page_number);
    wait_for_arrivals(++expected, arrival_us);
    expected = arrived();  // one that did not come is not waited for again
  }
}

/// How many CPUs came in; whoever comes later stays parked.
std::uint32_t close_entrance() noexcept {
  std::uint32_t const limit = hv_ap_limit.load(std::memory_order_relaxed);
  std::uint32_t const drawn = hv_ap_tickets.fetch_add(closed, std::memory_order_acq_rel);
  std::uint32_t const coming = std::min(drawn, limit);
  wait_for_arrivals(coming, expected_arrival_us);
  return coming;
}

/// Gives out the indices in the order of APIC identifiers, and lets the CPUs go to work.
void let_run(std::uint32_t count) noexcept {
  for (std::uint32_t end = count; end > 1; --end) {
    auto* const highest = std::max_element(
        blocks.begin(), blocks.begin() + end,
        [](Block const& a, Block const& b) { return a.area->apic_id < b.area->apic_id; });
    std::swap(*highest, blocks[end - 1]);
  }
  for (Block const& block : std::span{blocks}.first(count)) {
    if (block.area->state.load(std::memory_order_acquire) != CpuState::arrived) continue;
    enlist(*block.area);
    block.area->state.store(CpuState::running, std::memory_order_release);  // pairs with hv_ap_main
  }
}

/// How many other CPUs there may be: as many as are listed, as are wanted, as there is room for.
std::uint32_t others_max(Configuration const& configuration,
                         std::span<std::uint32_t const> apic_ids) noexcept {
  std::size_t most = cpu_count_max - 1;
  if (configuration.cpus != 0) most = std::min<std::size_t>(most, configuration.cpus - 1);
  if (!apic_ids.empty()) most = std::min(most, apic_ids.size() - 1);
  return static_cast<std::uint32_t>(most);
}

}  // namespace

std::uint32_t start_cpus(Configuration const& configuration,
                         std::span<std::uint32_t const> apic_ids) noexcept {
  LocalApic const apic = find_local_apic();
  start_local_apic();
  calibrate_timer();
  this_area().apic_id = local_apic_id();
  std::uint32_t const most = others_max(configuration, apic_ids);
  if (apic == LocalApic::absent || most == 0) return cpu_count();
  std::uint32_t ready = 0;
  while (ready < most && make_block(ready)) ++ready;
  std::optional<std::uint32_t> const page_number = place_trampoline();
  if (!page_number || ready == 0) return cpu_count();
  hv_ap_limit.store(ready, std::memory_order_release);
  if (apic_ids.empty()) {
    start_by(send_ipi_to_others, *page_number);
    wait_for_arrivals(ready, configuration.cpus != 0 ? expected_arrival_us : arrival_us);
  } else {
    start_listed(apic_ids, {*page_number, apic == LocalApic::x2apic ? ~0U : xapic_id_max});
  }
  std::uint32_t const count = close_entrance();
  for (std::uint32_t unused = count; unused < ready; ++unused) release_block(unused);
  let_run(count);
  return cpu_count();
}

}  // namespace acrn::baremetal

void hv_ap_main(std::uint32_t ticket) noexcept {
  using namespace acrn::baremetal;
  Block const& block = blocks[ticket];
  CpuArea& area = *block.area;
  adopt_area(area, block.interrupt_stacks);
  start_local_apic();
  area.apic_id = local_apic_id();
  area.state.store(CpuState::arrived, std::memory_order_release);  // pairs with arrived()
  // pairs with let_run()
  while (area.state.load(std::memory_order_acquire) != CpuState::running) __builtin_ia32_pause();
  work_forever(area);
}
