// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/native/native_runner.hpp"

#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "core/insn/alu.hpp"
#include "tests/differential/native/context.hpp"

namespace acrn::tests {

namespace {

constexpr std::array signals{SIGSEGV, SIGBUS, SIGILL};

/// What the signal handler has to know: at which RIP an exception is an outcome, and how long the
/// instruction there is. No vector: there was none yet.
struct Watch {
  std::uint64_t rip{};
  std::uint64_t size{};
  int vector{-1};
  bool armed{};
};
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): handlers have no argument
Watch volatile watch;

/// Continues behind the instruction, as if it had done nothing.
void on_exception(int signal, siginfo_t* /*info*/, void* raw) {
  auto* const context = static_cast<ucontext_t*>(raw);
  greg_t& rip = context->uc_mcontext.gregs[REG_RIP];
  if (!watch.armed || static_cast<std::uint64_t>(rip) != watch.rip) {
    struct sigaction usual {};
    usual.sa_handler = SIG_DFL;
    sigaction(signal, &usual, nullptr);
    return;  // the exception comes again, and ends the process
  }
  watch.vector = static_cast<int>(context->uc_mcontext.gregs[REG_TRAPNO]);
  rip += static_cast<greg_t>(watch.size);
}

}  // namespace

NativeRunner::NativeRunner(Region const& region, CpuFeatures const& features) : region_{region} {
  Emitter out{region.bytes(place::trampolines), region.address(place::trampolines)};
  VectorWidth const width = features.avx ? VectorWidth::ymm : VectorWidth::xmm;
  for (core::CodeSize const code :
       {core::CodeSize::bits16, core::CodeSize::bits32, core::CodeSize::bits64}) {
    if (code == core::CodeSize::bits16 && !region.has_ldt()) continue;
    auto& pair = trampolines_.at(static_cast<std::size_t>(code));
    pair[0] = make_trampoline(out, region, {code, VectorWidth::none});
    pair[1] = make_trampoline(out, region, {code, width});
  }
  stack_t const stack{
      .ss_sp = signal_stack_.data(), .ss_flags = 0, .ss_size = signal_stack_.size()};
  sigaltstack(&stack, &old_stack_);
  struct sigaction action {};
  action.sa_sigaction = on_exception;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (std::size_t i = 0; i < signal_count; ++i) {
    sigaction(signals.at(i), &action, &old_actions_.at(i));
  }
}

NativeRunner::~NativeRunner() {
  for (std::size_t i = 0; i < signal_count; ++i) {
    sigaction(signals.at(i), &old_actions_.at(i), nullptr);
  }
  sigaltstack(&old_stack_, nullptr);
}

void NativeRunner::load(InstructionCase const& test) const {
  auto* const context = reinterpret_cast<Context*>(region_.bytes(place::context));
  context->before = test.before.registers;
  context->flags_before = test.before.flags | core::rflags::fixed | 1U << 9U;  // IF, as it is
  if (test.uses_vectors) context->vectors = test.before.vectors;
  context->es = Region::data_selector(test.segments.es);
  context->ss = Region::data_selector(test.segments.ss);
  context->ds = Region::data_selector(test.segments.ds);
  context->gs = Region::data_selector(test.segments.gs);
  context->flat = selector::data;
  Trampoline const& code = trampoline(test.code, test.uses_vectors);
  context->compatibility = {code.compatibility, selector::code32};
  fill_slot(region_, test.code, test.code_bytes(), code);
  std::copy(test.before.arena.begin(), test.before.arena.end(), region_.bytes(place::arena));
}

bool NativeRunner::can_run(core::CodeSize code) {
  if (code == core::CodeSize::bits16 && !region_.has_ldt()) return false;
  pid_t const child = fork();
  if (child == 0) {
    InstructionCase test;
    test.code = code;
    test.bytes.front() = 0x90;  // NOP
    test.size = 1;
    _exit(run(test).fault ? EXIT_FAILURE : EXIT_SUCCESS);
  }
  int status = 0;
  bool const ended = child > 0 && waitpid(child, &status, 0) == child;
  return ended && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

Outcome NativeRunner::run(InstructionCase const& test) {
  load(test);
  watch.rip = region_.address(place::slot) - region_.code_state(test.code).base;
  watch.size = test.size;
  watch.vector = -1;
  watch.armed = true;
  std::uintptr_t const entry = trampoline(test.code, test.uses_vectors).entry;
  reinterpret_cast<void (*)()>(entry)();
  watch.armed = false;

  Outcome outcome;
  int const vector = watch.vector;
  if (vector >= 0) outcome.fault = static_cast<std::uint8_t>(vector);
  auto const* const context = reinterpret_cast<Context const*>(region_.bytes(place::context));
  outcome.after.registers = context->after;
  outcome.after.flags = context->flags_after & (core::status_flags | core::rflags::direction);
  if (test.uses_vectors) outcome.after.vectors = context->vectors;
  std::copy_n(region_.bytes(place::arena), arena_size, outcome.after.arena.begin());
  return outcome;
}

}  // namespace acrn::tests
