#include "attachment.h"

#include <linux/if_link.h>
#include <sys/stat.h>

#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "bpf.h"

namespace camio::xdp {

namespace {

// A network namespace - its file's device and number - and an interface in it.
using Place = std::tuple<dev_t, ino_t, int>;

// An interface has one program, whichever thread attached it: of the process, hence, and weak, so that the last stream takes it off.
struct Attachments {
  std::mutex mutex;
  std::map<Place, std::weak_ptr<Attachment>> known;
};

Attachments& attachments() {
  static Attachments all;
  return all;
}

Outcome attach_as(int interface, bool native, Attachment* out) {
  out->link = attach_program(out->program.get(), interface, native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
  if (!out->link) return {errno, "bpf(BPF_LINK_CREATE)"};
  out->native = native;
  return {};
}

Outcome make(int interface, Attach how, Attachment* out) {
  out->map = make_socket_map(kQueues);
  if (!out->map) return {errno, "bpf(BPF_MAP_CREATE)"};
  const std::vector<bpf_insn> code = make_program(out->filter, out->map.get());
  std::string log;
  out->program = load_program(code, true, &log);
  // Before Linux 5.18 there are no frames in pieces.
  if (!out->program && errno == EINVAL) out->program = load_program(code, false, &log);
  if (!out->program) return {errno, "bpf(BPF_PROG_LOAD)"};
  if (how != Attach::kAuto) return attach_as(interface, how == Attach::kNative, out);
  const Outcome outcome = attach_as(interface, true, out);
  // Taken is taken; everything else says that the driver cannot, or not with this MTU.
  if (outcome || outcome.error == EBUSY || outcome.error == EEXIST || outcome.error == EPERM) return outcome;
  return attach_as(interface, false, out);
}

bool agrees(const Attachment& attachment, const Filter& filter, Attach how) {
  return attachment.filter == filter && (how == Attach::kAuto || (how == Attach::kNative) == attachment.native);
}

}  // namespace

Outcome attach(int interface, const Filter& filter, Attach how, std::shared_ptr<Attachment>* out) {
  struct stat here {};
  if (::stat("/proc/thread-self/ns/net", &here) != 0) return {errno, "stat(netns)"};
  auto& [mutex, known] = attachments();
  const std::lock_guard lock(mutex);
  std::erase_if(known, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<Attachment>& entry = known[{here.st_dev, here.st_ino, interface}];
  // An interface that was removed leaves its number to another one.
  if (auto attachment = entry.lock(); attachment && linked_interface(attachment->link.get()) == interface) {
    if (!agrees(*attachment, filter, how)) return {EBUSY, "attach(another filter or mode)"};
    *out = std::move(attachment);
    return {};
  }
  auto attachment = std::make_shared<Attachment>();
  attachment->filter = filter;
  const Outcome outcome = make(interface, how, attachment.get());
  if (!outcome) return outcome;
  entry = attachment;
  *out = std::move(attachment);
  return {};
}

}  // namespace camio::xdp
