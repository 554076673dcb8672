// Files as memory: private, readable and writable mappings that survive the file's truncation.
#ifndef CAMIO_FILE_MAPPING_H
#define CAMIO_FILE_MAPPING_H

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <cstdint>

#include "truncation.h"

namespace camio::file {

// One mapping is one ArrayBuffer: two over one address abort V8. Views may outlive `close`, so that puts anonymous pages over the
// region, and only the ArrayBuffer's finalizer unmaps it.
class Mapping {
 public:
  // `nullptr` with errno set. `offset` is a multiple of the page size, `length` at least 1.
  static Mapping* open(int fd, int64_t offset, size_t length);
  ~Mapping();

  void* address() const { return address_; }
  size_t length() const { return length_; }
  // Was a page touched that the file no longer has?
  bool truncated() const { return guard_ != nullptr && guard_->hit.load(std::memory_order_relaxed); }
  // Lets go of the file: stale views read zeros.
  void close();

 private:
  Mapping(void* address, size_t length, TruncationGuard* guard)
      : address_(address), length_(length), guard_(guard) {}

  void* address_;
  size_t length_;
  TruncationGuard* guard_;
};

// By id.
using Mappings = std::unordered_map<uint32_t, Mapping*>;

// JavaScript: mapOpen(fd, offset, length) -> {id, buffer}, mapTruncated(id), mapClose(id), pageSize.
void export_mapping(Napi::Env env, Napi::Object exports);

}  // namespace camio::file

#endif
