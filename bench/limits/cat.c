// Limit: moves a file, or standard input, to standard output without a look at the bytes.
// cat [FILE]
#include "common.h"
#include <sys/sendfile.h>
#include <sys/stat.h>

enum { AT_ONCE = 1 << 30, PIPE = 1 << 20, CHUNK = 256 * 1024 };

static mode_t kind_of(int fd) {
  struct stat status;
  check(fstat(fd, &status), "fstat");
  return status.st_mode & S_IFMT;
}

static int by_copy_file_range(int in) {
  ssize_t n;
  while ((n = copy_file_range(in, NULL, 1, NULL, AT_ONCE, 0)) > 0) continue;
  return n == 0;
}

static int by_splice(int in) {
  ssize_t n;
  while ((n = splice(in, NULL, 1, NULL, PIPE, SPLICE_F_MOVE)) > 0) continue;
  return n == 0;
}

static int by_sendfile(int in) {
  ssize_t n;
  while ((n = sendfile(1, in, NULL, AT_ONCE)) > 0) continue;
  return n == 0;
}

static int by_copy(int in) {
  static uint8_t buffer[CHUNK];
  ssize_t n;
  while ((n = read(in, buffer, CHUNK)) > 0)
    for (ssize_t done = 0; done < n;) done += check((int)write(1, buffer + done, (size_t)(n - done)), "write");
  return n == 0;
}

int main(int argc, char **argv) {
  int in = argc > 1 ? check(open(argv[1], O_RDONLY), argv[1]) : 0;
  mode_t from = kind_of(in), to = kind_of(1);
  if (from == S_IFIFO) fcntl(in, F_SETPIPE_SZ, PIPE);
  if (to == S_IFIFO) fcntl(1, F_SETPIPE_SZ, PIPE);
  if (from == S_IFREG && to == S_IFREG && by_copy_file_range(in)) return 0;
  if ((from == S_IFIFO || to == S_IFIFO) && by_splice(in)) return 0;
  if (by_sendfile(in) || by_copy(in)) return 0;
  fail("cat");
}
