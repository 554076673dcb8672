// What makes an interface's frames come to sockets: a program, which is there once an interface, and its map of sockets by queue.
#ifndef CAMIO_XDP_ATTACHMENT_H
#define CAMIO_XDP_ATTACHMENT_H

#include <camio/fd.h>

#include <memory>

#include "engine.h"
#include "program.h"

namespace camio::xdp {

enum class Attach { kAuto, kNative, kSkb };

struct Attachment {
  Filter filter;
  bool native = false;
  Fd map;
  Fd program;
  // Closing it takes the program off the interface.
  Fd link;
};

// Queues that an interface can have here.
constexpr int kQueues = 256;

// The one of this interface, in the network namespace that the calling thread is in: the streams of a process share it.
// EBUSY, EEXIST: somebody else has a program there, or one of this process has another filter.
Outcome attach(int interface, const Filter& filter, Attach how, std::shared_ptr<Attachment>* out);

}  // namespace camio::xdp

#endif
