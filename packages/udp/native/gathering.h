// Whether datagrams are left to gather between wake-ups, as a network card moderates its interrupts: a thread that keeps up with a
// flood is woken for a few datagrams at a time, and never sleeps.
#ifndef CAMIO_UDP_GATHERING_H
#define CAMIO_UDP_GATHERING_H

#include <chrono>
#include <cstddef>

namespace camio::udp {

class Gathering {
 public:
  // Not always, and not never, but while it pays.
  static constexpr int kInFloods = -1;

  // After every wake-up for so many microseconds, or kInFloods.
  void ask(int microseconds) { asked_ = microseconds; }

  // What came in one piece from the system, which is what costs: joined datagrams count once.
  void received(size_t packets) { brought_ += packets; }

  // A wake-up is over. Answers for how many microseconds the next ones may gather.
  int pause() {
    const size_t brought = brought_;
    brought_ = 0;
    if (asked_ != kInFloods) return asked_;
    flooded_ = flooded_ ? brought >= kWorthwhile : is_flood(brought);
    return flooded_ ? kPause : 0;
  }

 private:
  using Clock = std::chrono::steady_clock;

  // Several times what a wake-up costs, and not more than what waking up itself takes.
  static constexpr int kPause = 50;
  // Fewer in a pause: it was no flood, or senders that wait for answers. Those are delayed once, not again and again.
  static constexpr size_t kWorthwhile = 32;
  // So many in so long, or sooner, are a flood: 300,000 a second.
  static constexpr size_t kSample = 600;
  static constexpr Clock::duration kSampleTime = std::chrono::milliseconds(2);

  bool is_flood(size_t brought) {
    sampled_ += brought;
    if (sampled_ < kSample) return false;
    const Clock::time_point now = Clock::now();
    const bool fast = (now - since_) * kSample <= kSampleTime * sampled_;
    sampled_ = 0;
    since_ = now;
    return fast;
  }

  int asked_ = kInFloods;
  size_t brought_ = 0;
  bool flooded_ = false;
  size_t sampled_ = 0;
  Clock::time_point since_{};
};

}  // namespace camio::udp

#endif
