// SPDX-License-Identifier: BSD-3-Clause
// Runs small concurrent programs in every order of their steps, up to a number of preemptions.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace acrn::tests {

/// One execution of some actors, each on its own thread, of which one runs at a time. An actor
/// calls step() before everything that others can see; there the schedule decides who goes on.
class Execution {
 public:
  /// What stood to choice at one step.
  struct Choice {
    std::size_t chosen{};
    std::size_t running{};             ///< who would have gone on
    std::vector<std::size_t> enabled;  ///< ascending
  };

  /// Follows `prefix`, then lets whoever runs go on.
  explicit Execution(std::vector<std::size_t> prefix) : prefix_{std::move(prefix)} {}

  void run(std::vector<std::function<void()>> const& actors);

  /// Called by the running actor. Outside of run(): nothing happens.
  void step();

  [[nodiscard]] std::vector<Choice> const& choices() const { return choices_; }
  /// The choices made, to print and to repeat an execution.
  [[nodiscard]] std::string text() const;

 private:
  static constexpr std::size_t nobody = ~std::size_t{0};

  void enter(std::size_t self);
  void leave(std::size_t self);
  void choose(std::size_t running);

  std::vector<std::size_t> prefix_;
  std::vector<Choice> choices_;
  std::vector<bool> alive_;
  std::size_t current_{nobody};
  std::mutex mutex_;
  std::condition_variable turn_;
};

/// Makes a fresh program for one execution and runs it; `execution` is what its memory steps.
using Program = std::function<void(Execution& execution)>;

/// Runs `program` in every schedule with at most `preemptions_max` preemptions (a choice of another
/// actor while the running one could go on). Answers the number of executions. Stops early at the
/// first failed expectation, whose schedule it prints.
std::size_t explore(std::size_t preemptions_max, Program const& program);

}  // namespace acrn::tests
