// The things of one environment that JavaScript knows by small numbers, which are used again. They go with the environment, whatever
// JavaScript did or could not do any more.
#ifndef CAMIO_SLOTS_H
#define CAMIO_SLOTS_H

#include <napi.h>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "arguments.h"
#include "error.h"

namespace camio {

template <class Entry>
class Slots {
 public:
  int take(Entry entry) {
    if (free_.empty()) {
      entries_.emplace_back(std::move(entry));
      return static_cast<int>(entries_.size()) - 1;
    }
    const int slot = free_.back();
    free_.pop_back();
    entries_[slot].emplace(std::move(entry));
    return slot;
  }

  // Null for a slot that is not in use. Valid until the next `take`.
  Entry* find(int slot) {
    const bool used = slot >= 0 && static_cast<size_t>(slot) < entries_.size() && entries_[slot].has_value();
    return used ? &*entries_[slot] : nullptr;
  }

  // The slot must be in use.
  void give_back(int slot) {
    entries_[slot].reset();
    free_.push_back(slot);
  }

  void clear() {
    entries_.clear();
    free_.clear();
  }

 private:
  std::vector<std::optional<Entry>> entries_;
  std::vector<int> free_;
};

// What lies in the slot that argument `index` names; null after it has thrown `gone`. Slots: anything with `find`.
template <class Slots>
auto* slot_argument(const Napi::CallbackInfo& info, size_t index, Slots& slots, const char* gone) {
  int slot = -1;
  auto* found = int_argument(info, index, &slot) ? slots.find(slot) : nullptr;
  if (found == nullptr && slot >= 0) throw_range(info.Env(), gone);
  return found;
}

}  // namespace camio

#endif
