// Frames out, many a system call: by sendmmsg(2), which is faster here than a ring of TPACKET (docs/decisions/0040).
#include <camio/arguments.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "engine.h"
#include "functions.h"

namespace camio::xdp {

namespace {

constexpr size_t kAtOnce = 256;

struct Batch {
  std::span<uint8_t> slab;
  // Offset and length of each.
  std::span<int32_t> frames;

  size_t count() const { return frames.size() / 2; }
  // Offsets and lengths come from our own JavaScript; what lies outside of the slab is never touched all the same.
  bool valid() const {
    for (size_t i = 0; i < count(); i++) {
      const int64_t offset = frames[2 * i];
      const int64_t length = frames[2 * i + 1];
      if (offset < 0 || length < 0 || offset + length > static_cast<int64_t>(slab.size())) return false;
    }
    return true;
  }
};

bool batch_argument(const Napi::CallbackInfo& info, Batch* out) {
  std::span<int32_t> all;
  int64_t first = 0;
  int64_t count = 0;
  if (!bytes_argument(info, 1, &out->slab) || !int32s_argument(info, 2, &all)) return false;
  const auto room = static_cast<int64_t>(all.size() / 2);
  if (!int_argument(info, 3, 0, room, &first) || !int_argument(info, 4, 0, room - first, &count)) return false;
  out->frames = all.subspan(static_cast<size_t>(2 * first), static_cast<size_t>(2 * count));
  if (out->valid()) return true;
  throw_range(info.Env(), "a frame lies outside of the memory");
  return false;
}

int send_some(int fd, const Batch& batch, size_t from) {
  std::array<iovec, kAtOnce> pieces;
  std::array<mmsghdr, kAtOnce> messages;
  const size_t count = std::min(kAtOnce, batch.count() - from);
  for (size_t i = 0; i < count; i++) {
    const size_t at = 2 * (from + i);
    pieces[i] = {batch.slab.data() + batch.frames[at], static_cast<size_t>(batch.frames[at + 1])};
    messages[i] = {};
    messages[i].msg_hdr.msg_iov = &pieces[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  int sent = 0;
  do sent = ::sendmmsg(fd, messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : sent;
}

}  // namespace

// (slot, slab, frames, first, count, report) -> how many were sent. report: the errno that stopped it, or 0, and system calls.
Napi::Value packet_send(const Napi::CallbackInfo& info) {
  Socket* socket = socket_argument(info, 0);
  Batch batch;
  std::span<int32_t> report;
  if (socket == nullptr || !batch_argument(info, &batch) || !int32s_argument(info, 5, &report)) {
    return info.Env().Undefined();
  }
  size_t done = 0;
  int error = 0;
  int calls = 0;
  while (done < batch.count() && error == 0) {
    const int sent = send_some(socket->fd(), batch, done);
    calls++;
    if (sent < 0) error = -sent;
    else done += static_cast<size_t>(sent);
  }
  if (report.size() >= 2) {
    report[0] = error;
    report[1] = calls;
  }
  return Napi::Number::New(info.Env(), static_cast<double>(done));
}

}  // namespace camio::xdp
