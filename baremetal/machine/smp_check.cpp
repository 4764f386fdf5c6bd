// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine/smp_check.hpp"

#include <atomic>
#include <cstdint>

#include "baremetal/machine/smp.hpp"
#include "baremetal/machine/spin_lock.hpp"
#include "baremetal/machine/tsc.hpp"

namespace acrn::baremetal {
namespace {

constexpr std::uint32_t round_trips = 100;
constexpr std::uint32_t lock_rounds = 200;
constexpr std::uint64_t patience_seconds = 2;

/// What the CPUs under trial share.
struct Trial {
  std::atomic<std::uint32_t> asked{};     ///< round trips that CPU 0 has begun
  std::atomic<std::uint32_t> answered{};  ///< and those that came back
  std::atomic<std::uint32_t> cpu{};       ///< who answers, by its own account
  std::atomic<std::uint64_t> nmis{};
  std::atomic<bool> leave{};
  SpinLock lock{};
  std::uint32_t locked_count{};  ///< only under `lock`
};

/// Whether `condition` comes true in time.
template <class Condition>
bool comes_true(Condition condition) noexcept {
  std::uint64_t const begin = read_tsc();
  while (!condition()) {
    if (read_tsc() - begin > patience_seconds * tsc_hz()) return false;
    __builtin_ia32_pause();
  }
  return true;
}

/// Sleeps between questions, so that a lost wake-up is one that is missed here.
void answer(void* argument) noexcept {
  Trial& trial = *static_cast<Trial*>(argument);
  trial.cpu.store(this_cpu().value, std::memory_order_relaxed);
  while (!trial.leave.load(std::memory_order_acquire)) {
    std::uint32_t const asked = trial.asked.load(std::memory_order_acquire);
    if (asked == trial.answered.load(std::memory_order_relaxed)) {
      wait_for_wake();
      continue;
    }
    trial.nmis.store(nmi_count(), std::memory_order_relaxed);
    trial.answered.store(asked, std::memory_order_release);
  }
}

void fight_for_lock(void* argument) noexcept {
  Trial& trial = *static_cast<Trial*>(argument);
  for (std::uint32_t round = 0; round < lock_rounds; ++round) {
    LockGuard const guard{trial.lock};
    std::uint32_t volatile& count = trial.locked_count;
    count = count + 1;
  }
}

bool answers(Trial& trial, CpuIndex cpu) noexcept {
  std::uint32_t const asked = trial.asked.load(std::memory_order_relaxed) + 1;
  trial.asked.store(asked, std::memory_order_release);
  wake(cpu);
  return comes_true([&] { return trial.answered.load(std::memory_order_acquire) == asked; });
}

std::string_view check_one(CpuIndex cpu) noexcept {
  Trial trial;
  run_on(cpu, answer, &trial);
  for (std::uint32_t trip = 0; trip < round_trips; ++trip) {
    if (trip % 2 != 0) kick_nmi(cpu);  // must not make it miss the wake-up behind it
    if (!answers(trial, cpu)) return "a CPU does not wake up; start without it: cpus=1";
  }
  if (trial.cpu.load(std::memory_order_relaxed) != cpu.value) return "a CPU has a wrong number";
  std::uint64_t const nmis = trial.nmis.load(std::memory_order_relaxed);
  kick_nmi(cpu);
  bool const kicked = comes_true([&] { return answers(trial, cpu) && trial.nmis != nmis; });
  trial.leave.store(true, std::memory_order_release);
  wake(cpu);
  if (!comes_true([cpu] { return is_idle(cpu); })) return "a CPU does not come back from work";
  return kicked ? "" : "a CPU does not get NMIs; start without it: cpus=1";
}

bool check_lock() noexcept {
  Trial trial;
  for (std::uint32_t index = 1; index < cpu_count(); ++index) {
    run_on({index}, fight_for_lock, &trial);
  }
  fight_for_lock(&trial);
  for (std::uint32_t index = 1; index < cpu_count(); ++index) {
    if (!comes_true([index] { return is_idle({index}); })) return false;
  }
  return trial.locked_count == lock_rounds * cpu_count();
}

/// A millisecond passes, and not much more, while this CPU sleeps.
bool check_timer() noexcept {
  std::uint64_t const begin = read_tsc();
  std::uint64_t const deadline = begin + tsc_hz() / 1000;
  while (read_tsc() < deadline) wait_for_wake_until(deadline);
  return read_tsc() - begin < patience_seconds * tsc_hz();
}

}  // namespace

std::string_view check_cpus() noexcept {
  for (std::uint32_t index = 1; index < cpu_count(); ++index) {
    if (std::string_view const wrong = check_one({index}); !wrong.empty()) return wrong;
  }
  if (!check_lock()) return "CPUs do not keep each other out of a lock";
  if (!check_timer()) return "the timer of the local APIC does not wake";
  return {};
}

}  // namespace acrn::baremetal
