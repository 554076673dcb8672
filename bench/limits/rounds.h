// Round trips as the limits time them: `--warm` that do not count, then `--rounds`, `--together` at a time; prints the median.
#pragma once
#include "common.h"

static inline int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/** @param trip sends the message with this number, and answers the number that came back */
static inline void time_rounds(int argc, char **argv, uint32_t (*trip)(void *context, uint32_t sequence), void *context) {
  long together = arg_int(argc, argv, "--together", 1);
  long warm = arg_int(argc, argv, "--warm", 500) / together, rounds = arg_int(argc, argv, "--rounds", 5000) / together;
  int64_t *times = malloc(sizeof *times * (size_t)rounds);
  uint32_t sequence = 0;
  for (long i = -warm; i < rounds; i++) {
    int64_t start = now_ns();
    for (long j = 0; j < together; j++, sequence++) {
      uint32_t got = trip(context, sequence);
      if (got != sequence) wrong("sequence", got, sequence);
    }
    if (i >= 0) times[i] = (now_ns() - start) / together;
  }
  qsort(times, (size_t)rounds, sizeof *times, ascending);
  printf("{\"micros\":%.4f}\n", (double)times[rounds / 2] / 1e3);
}
