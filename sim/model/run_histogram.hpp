// SPDX-License-Identifier: BSD-3-Clause
// A histogram in front of which equal values in a row are counted: modelled costs repeat.
#pragma once

#include <cstdint>

#include "sim/replay/histogram.hpp"

namespace acrn::model {

class RunHistogram {
 public:
  void record(std::uint64_t value) {
    if (value != value_) {
      flush();
      value_ = value;
    }
    ++times_;
  }

  /// Everything recorded so far.
  replay::Histogram const& histogram() {
    flush();
    return histogram_;
  }

 private:
  void flush() {
    histogram_.record(value_, times_);
    times_ = 0;
  }

  replay::Histogram histogram_;
  std::uint64_t value_{};
  std::uint64_t times_{};
};

}  // namespace acrn::model
