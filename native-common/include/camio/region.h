// Memory that is mapped and shown to JavaScript: a ring shared with the kernel, a file, pages of one's own.
//
// One mapping is one ArrayBuffer: two over one address abort V8. Views may outlive `close`, so that lets go of what is mapped by
// putting anonymous pages over it - a stale view reads zeros - and the address itself is given back when the ArrayBuffer is collected.
#ifndef CAMIO_REGION_H
#define CAMIO_REGION_H

#include <napi.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace camio {

class Region {
 public:
  Region() = default;
  Region(Region&&) = default;
  Region& operator=(Region&& other) noexcept {
    if (this == &other) return *this;
    close();
    pages_ = std::move(other.pages_);
    return *this;
  }
  ~Region() { close(); }

  // As mmap(2) takes them. Answers 0 or an errno.
  int map(size_t length, int protection, int flags, int fd = -1, off_t offset = 0) {
    close();
    void* address = ::mmap(nullptr, length, protection, flags, fd, offset);
    if (address == MAP_FAILED) return errno;
    pages_ = std::make_shared<Pages>(address, length);
    return 0;
  }

  explicit operator bool() const { return pages_ != nullptr; }
  uint8_t* data() const { return pages_ ? static_cast<uint8_t*>(pages_->address) : nullptr; }
  size_t size() const { return pages_ ? pages_->length : 0; }

  // The ArrayBuffer over it; call it once. Answers an empty value where memory of others cannot be shown (Electron).
  Napi::Value buffer(Napi::Env env) const {
    auto* held = new std::shared_ptr<Pages>(pages_);
    napi_value result = nullptr;
    const napi_status status = napi_create_external_arraybuffer(
        env, pages_->address, pages_->length,
        [](napi_env, void*, void* hint) { delete static_cast<std::shared_ptr<Pages>*>(hint); }, held, &result);
    if (status == napi_ok) return Napi::Value(env, result);
    delete held;
    return Napi::Value();
  }

  // Lets go of what is mapped. Views stay valid, and are empty.
  void close() {
    if (pages_ == nullptr) return;
    // Nobody looks at it: it goes at once.
    if (pages_.use_count() > 1) pages_->blank();
    pages_.reset();
  }

 private:
  struct Pages {
    Pages(void* at, size_t size) : address(at), length(size) {}
    ~Pages() { ::munmap(address, length); }
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;

    void blank() {
      ::mmap(address, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
    }

    void* address;
    size_t length;
  };

  std::shared_ptr<Pages> pages_;
};

}  // namespace camio

#endif
