// SPDX-License-Identifier: BSD-3-Clause
// The one place that talks to the SystemC kernel: actors, and who acts next at what time.
#pragma once

#include <exception>
#include <systemc>

#include "sim/model/hops.hpp"
#include "sim/model/sim_time.hpp"

namespace acrn::model {

class Timeline;

/// A party of the model: a SystemC module with one method and one event. An sc_event holds a single
/// pending notification, so what an actor has to do is its own state; the event only says when to
/// look at it next.
class Actor : public sc_core::sc_module {
 public:
  Actor(sc_core::sc_module_name const& name, Timeline& timeline);
  Actor(Actor const&) = delete;
  Actor& operator=(Actor const&) = delete;

 protected:
  ~Actor() override = default;

  /// Does what is due at `now`.
  virtual void act(SimTime now) = 0;

  /// Asks for act() at `time`, not before the present; of several wishes the earliest wins.
  void wake(SimTime time);
  /// The same, but always by an event, so that the kernel's clock moves on.
  void wake_by_event(SimTime time);

 private:
  friend class Timeline;
  void on_event();
  void post();

  Timeline& timeline_;
  sc_core::sc_event event_;
  SimTime due_{never};
};

/// Owns the simulation context and the present. Direct hops are exact temporal decoupling: the next
/// actor runs ahead of the kernel's clock only up to, and excluding, the kernel's next event.
/// A fresh SystemC context per Timeline: SystemC supports one simulation per process, and a new
/// context is what makes several calls work; the old ones stay allocated (about 20 kB each),
/// because deleting one that the library still refers to is a use after free.
class Timeline {
 public:
  explicit Timeline(Hops hops);
  Timeline(Timeline const&) = delete;
  Timeline& operator=(Timeline const&) = delete;

  /// Runs until nothing is left to do. Exceptions of actors come out.
  void run();
  /// How often the kernel has called an actor.
  [[nodiscard]] std::uint64_t activations() const { return activations_; }

 private:
  friend class Actor;
  void want(Actor& actor);
  void drive(Actor& first);
  [[nodiscard]] bool precedes_all(SimTime time) const;

  sc_core::sc_simcontext* context_;
  Actor* next_{};  // candidate for a direct hop; not posted
  std::exception_ptr failure_;
  std::uint64_t activations_{};
  Hops hops_;
  bool acting_{false};
};

}  // namespace acrn::model
