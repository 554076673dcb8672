// Which of two ways to do the same work takes less time? Found by doing some of it each way, in turns.
#ifndef CAMIO_FILE_CONTEST_H
#define CAMIO_FILE_CONTEST_H

#include <time.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>

namespace camio::file {

// Measured by the clock: what a way costs the peer, on another processor, counts too. A slow peer makes both ways cost the same.
class Contest {
 public:
  enum Way : size_t { first, second };

  // The first `before` bytes go the first way: what is short is not worth it. Then come turns, one each way.
  explicit Contest(int64_t before) : rest_(before) {}

  // How the next piece is to go.
  Way way() const { return way_; }
  bool over() const { return turn_ > kTurns; }

  // A piece of so many bytes went that way.
  void count(int64_t bytes) {
    rest_ -= bytes;
    if (rest_ > 0 || over()) return;
    const int64_t now = clock();
    const int64_t spent = now - std::exchange(since_, now);
    // Cost for each byte: a turn is as long as its last piece made it. The best turn counts: others were disturbed by something.
    if (turn_ > 0) cost_[way_] = std::min(cost_[way_], static_cast<double>(spent) / static_cast<double>(kTurn - rest_));
    turn_ += 1;
    rest_ = kTurn;
    way_ = over() ? winner() : turn_ % 2 == 0 ? first : second;
  }

 private:
  static constexpr int kTurns = 16;
  static constexpr int64_t kTurn = 2 << 20;
  // The first way must win by this: where the two are close, the second one was the better over the whole length.
  static constexpr double kClearly = 0.85;

  static int64_t clock() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
  }

  Way winner() const { return cost_[first] < kClearly * cost_[second] ? first : second; }

  Way way_ = first;
  // 0 before the first turn.
  int turn_ = 0;
  int64_t rest_;
  int64_t since_ = 0;
  std::array<double, 2> cost_{std::numeric_limits<double>::max(), std::numeric_limits<double>::max()};
};

}  // namespace camio::file

#endif
