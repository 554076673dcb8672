#include "state.h"

namespace camio::file {

void State::close(Done done) {
  // One more than there are handles: `done` must not run before all were asked to close.
  auto* closing = new Closing{watches.size() + moves.size() + 1, done};
  const Done one{closed, closing};
  for (auto& [id, watch] : watches) watch->close(one);
  for (auto& [id, move] : moves) move->abandon(one);
  one();
}

void State::closed(void* data) {
  auto* closing = static_cast<Closing*>(data);
  if (--closing->open > 0) return;
  const Done done = closing->done;
  delete closing;
  done();
}

}  // namespace camio::file
