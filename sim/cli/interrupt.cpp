// SPDX-License-Identifier: BSD-3-Clause
// The SIGINT handler.
#include "sim/cli/interrupt.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <utility>

#include "sim/cli/exit_code.hpp"

namespace acrn::cli {
namespace {

// All three are read inside a signal handler, so they are lock-free atomics and plain memory that
// outlives its publication.
std::atomic<bool> pressed{false};
std::atomic<char const*> last_words{nullptr};
std::atomic<std::size_t> last_words_size{0};
static_assert(std::atomic<char const*>::is_always_lock_free);

constexpr char interrupted_words[] = "interrupted\n";

[[noreturn]] void leave(char const* words, std::size_t size) {
  // Nothing can be done when standard error is gone too.
  [[maybe_unused]] ssize_t const written = ::write(STDERR_FILENO, words, size);
  ::_exit(static_cast<int>(ExitCode::interrupted));
}

extern "C" void on_interrupt(int) {
  if (char const* const words = last_words.load(std::memory_order_acquire)) {
    leave(words, last_words_size.load(std::memory_order_relaxed));
  }
  if (pressed.exchange(true, std::memory_order_relaxed)) {
    leave(interrupted_words, sizeof interrupted_words - 1);
  }
}

extern "C" void on_broken_pipe(int) {}

}  // namespace

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);
  // No SA_RESTART: a write that waits for its reader must come back.
  ::sigaction(SIGINT, &action, nullptr);
  // A handler that does nothing, not SIG_IGN: programs that we start must not inherit it.
  action.sa_handler = on_broken_pipe;
  ::sigaction(SIGPIPE, &action, nullptr);
}

bool interrupted() { return pressed.load(std::memory_order_relaxed); }

ImmediateInterrupt::ImmediateInterrupt(std::string message) : message_{std::move(message)} {
  message_ += '\n';
  last_words_size.store(message_.size(), std::memory_order_relaxed);
  // Pairs with the handler's load: the size is in place before the text can be seen.
  last_words.store(message_.c_str(), std::memory_order_release);
  if (!interrupted()) return;
  last_words.store(nullptr, std::memory_order_release);
  message_.pop_back();
  throw Interrupted(message_);
}

ImmediateInterrupt::~ImmediateInterrupt() { last_words.store(nullptr, std::memory_order_release); }

}  // namespace acrn::cli
