// Compiled into every prebuilt binary. stat(2) and its kin are functions of libc_nonshared.a in a glibc before 2.33, and those that Zig 0.11
// brings set an errno that only they know, in thread-local storage that a library loaded later may not find room for.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __GLIBC__

extern "C" {

__attribute__((visibility("hidden"))) int fstatat64(int folder, const char* path, struct stat64* result, int flags) {
  return static_cast<int>(syscall(SYS_newfstatat, folder, path, result, flags));
}

__attribute__((visibility("hidden"))) int stat64(const char* path, struct stat64* result) {
  return fstatat64(AT_FDCWD, path, result, 0);
}

__attribute__((visibility("hidden"))) int lstat64(const char* path, struct stat64* result) {
  return fstatat64(AT_FDCWD, path, result, AT_SYMLINK_NOFOLLOW);
}

__attribute__((visibility("hidden"))) int fstat64(int fd, struct stat64* result) {
  return fstatat64(fd, "", result, AT_EMPTY_PATH);
}

}  // extern "C"

#endif
