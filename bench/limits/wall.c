// Times a program from its start to its end, with its standard streams as a shell would connect them. Not a limit: the
// clock of the cat suite, in C because a fork of Node would take longer than some of the programs.
//
// wall [--in FILE] [--feed FILE | --feed-pages FILE] [--out FILE] [--drain BYTES] -- program arguments...
//   --in     standard input is the file            --out    standard output is the file, truncated
//   --feed   standard input is a pipe from a process that writes the file into it
//   --feed-pages  the same by splice, which is so much faster that only the program counts
//   --drain  standard output is a pipe to a process that reads it and insists on so many bytes
// Prints {"ms":N} when all processes are through. Exit code 1 when one of them failed.
#include "common.h"
#include <sys/stat.h>
#include <sys/wait.h>

enum { CHUNK = 128 * 1024 };

static uint8_t buffer[CHUNK];

static void write_all(int fd, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = check((int)write(fd, bytes, length), "write");
    bytes += n;
    length -= (size_t)n;
  }
}

static void feed(const char *file, int out) {
  int fd = check(open(file, O_RDONLY), file);
  ssize_t n;
  while ((n = read(fd, buffer, CHUNK)) > 0) write_all(out, buffer, (size_t)n);
  exit(n < 0);
}

static void feed_pages(const char *file, int out) {
  int fd = check(open(file, O_RDONLY), file);
  ssize_t n;
  fcntl(out, F_SETPIPE_SZ, 1 << 20);
  while ((n = splice(fd, NULL, out, NULL, 1 << 20, 0)) > 0) continue;
  exit(n < 0);
}

static void drain(int in, long expected) {
  long total = 0;
  ssize_t n;
  while ((n = read(in, buffer, CHUNK)) > 0) total += n;
  if (total != expected) wrong("bytes through the pipe", (uint64_t)total, (uint64_t)expected);
  exit(0);
}

static void replace(int fd, int standard) {
  check(dup2(fd, standard), "dup2");
  if (fd != standard) close(fd);
}

/** Starts what feeds the file, or `drain`, at one end of a new pipe; answers the other end. */
static int helper(const char *file, void (*feeder)(const char *, int), long drain_bytes) {
  int ends[2];
  check(pipe2(ends, O_CLOEXEC), "pipe2");
  int mine = file ? ends[0] : ends[1];
  int theirs = file ? ends[1] : ends[0];
  if (check(fork(), "fork") == 0) {
    close(mine);
    if (file) feeder(file, theirs);
    else drain(theirs, drain_bytes);
  }
  close(theirs);
  return mine;
}

static void start(char **program, int in, int out) {
  if (check(fork(), "fork") != 0) return;
  replace(in, 0);
  replace(out, 1);
  execvp(program[0], program);
  fail(program[0]);
}

static int wait_for_all(void) {
  int failed = 0, status;
  while (wait(&status) > 0) failed |= !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  return failed;
}

int main(int argc, char **argv) {
  int split = 1;
  while (split < argc && strcmp(argv[split], "--") != 0) split++;
  const char *in = arg_text(split, argv, "--in", "/dev/null"), *feed_file = arg_text(split, argv, "--feed", NULL);
  const char *pages_file = arg_text(split, argv, "--feed-pages", NULL);
  const char *out = arg_text(split, argv, "--out", "/dev/null");
  long drain_bytes = arg_int(split, argv, "--drain", -1);
  if (split + 1 >= argc) wrong("arguments", (uint64_t)argc, (uint64_t)split + 2);

  int64_t begin = now_ns();
  int out_fd = drain_bytes >= 0 ? helper(NULL, NULL, drain_bytes)
                                : check(open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), out);
  int in_fd = feed_file    ? helper(feed_file, feed, 0)
              : pages_file ? helper(pages_file, feed_pages, 0)
                           : check(open(in, O_RDONLY | O_CLOEXEC), in);
  start(argv + split + 1, in_fd, out_fd);
  close(in_fd);
  close(out_fd);
  if (wait_for_all() != 0) {
    fprintf(stderr, "%s: it failed, or the other end of its pipe did\n", argv[split + 1]);
    return 1;
  }
  printf("{\"ms\":%.3f}\n", (double)(now_ns() - begin) / 1e6);
  return 0;
}
