// SPDX-License-Identifier: BSD-3-Clause
#include "tests/interleaving/explorer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <thread>

namespace acrn::tests {

namespace {

std::size_t preemptions(std::vector<Execution::Choice> const& choices, std::size_t count) {
  return static_cast<std::size_t>(std::count_if(
      choices.begin(), choices.begin() + static_cast<std::ptrdiff_t>(count),
      [](Execution::Choice const& choice) {
        bool const could_go_on =
            std::binary_search(choice.enabled.begin(), choice.enabled.end(), choice.running);
        return could_go_on && choice.chosen != choice.running;
      }));
}

/// Alternatives at a choice in the order in which they are tried: going on first.
std::vector<std::size_t> in_order(Execution::Choice const& choice) {
  std::vector<std::size_t> order = choice.enabled;
  auto const running = std::find(order.begin(), order.end(), choice.running);
  if (running != order.end()) std::rotate(order.begin(), running, running + 1);
  return order;
}

/// The prefix of the next schedule, depth first, or nothing when all were run.
std::optional<std::vector<std::size_t>> next_prefix(std::vector<Execution::Choice> const& choices,
                                                    std::size_t preemptions_max) {
  for (std::size_t depth = choices.size(); depth-- > 0;) {
    Execution::Choice const& choice = choices[depth];
    std::vector<std::size_t> const order = in_order(choice);
    auto const made = std::find(order.begin(), order.end(), choice.chosen);
    if (made + 1 == order.end()) continue;
    bool const preempts = order.front() == choice.running;
    if (preempts && preemptions(choices, depth) + 1 > preemptions_max) continue;
    std::vector<std::size_t> prefix;
    for (std::size_t i = 0; i < depth; ++i) prefix.push_back(choices[i].chosen);
    prefix.push_back(*(made + 1));
    return prefix;
  }
  return std::nullopt;
}

}  // namespace

void Execution::run(std::vector<std::function<void()>> const& actors) {
  alive_.assign(actors.size(), true);
  choose(nobody);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < actors.size(); ++i) {
    threads.emplace_back([this, &actors, i] {
      enter(i);
      actors[i]();
      leave(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  current_ = nobody;
}

void Execution::step() {
  std::unique_lock lock{mutex_};
  if (current_ == nobody) return;
  std::size_t const self = current_;
  choose(self);
  if (current_ == self) return;
  turn_.notify_all();
  turn_.wait(lock, [&] { return current_ == self; });
}

std::string Execution::text() const {
  std::string text;
  for (Choice const& choice : choices_) text += static_cast<char>('A' + choice.chosen);
  return text;
}

void Execution::enter(std::size_t self) {
  std::unique_lock lock{mutex_};
  turn_.wait(lock, [&] { return current_ == self; });
}

void Execution::leave(std::size_t self) {
  std::unique_lock const lock{mutex_};
  alive_[self] = false;
  if (std::find(alive_.begin(), alive_.end(), true) != alive_.end()) choose(self);
  turn_.notify_all();
}

void Execution::choose(std::size_t running) {
  Choice choice{.chosen = nobody, .running = running, .enabled = {}};
  for (std::size_t i = 0; i < alive_.size(); ++i) {
    if (alive_[i]) choice.enabled.push_back(i);
  }
  bool const goes_on = running != nobody && alive_[running];
  choice.chosen = choices_.size() < prefix_.size() ? prefix_[choices_.size()]
                  : goes_on                        ? running
                                                   : choice.enabled.front();
  current_ = choice.chosen;
  choices_.push_back(std::move(choice));
}

std::size_t explore(std::size_t preemptions_max, Program const& program) {
  std::size_t executions = 0;
  std::optional<std::vector<std::size_t>> prefix{std::in_place};
  while (prefix) {
    Execution execution{*prefix};
    program(execution);
    ++executions;
    if (testing::Test::HasFailure()) {
      ADD_FAILURE() << "in execution " << executions << ", schedule " << execution.text();
      return executions;
    }
    prefix = next_prefix(execution.choices(), preemptions_max);
  }
  return executions;
}

}  // namespace acrn::tests
