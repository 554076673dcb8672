// The messages of the limits, as contestants in JavaScript make and look at them: up to 64 B word i of message n is n + i, and the
// reader adds up all words; above that a pattern behind the number, compared on every `--sample`th message.
#pragma once
#include "common.h"

enum { WORDS_UP_TO = 64 };

struct format {
  uint32_t size, sample;
  uint8_t *pattern;
};

static inline struct format format_of(int argc, char **argv) {
  struct format f = {(uint32_t)arg_int(argc, argv, "--size", 64), (uint32_t)arg_int(argc, argv, "--sample", 64), NULL};
  f.pattern = malloc(f.size);
  for (uint32_t i = 0; i < f.size; i++) f.pattern[i] = pattern_byte(i);
  return f;
}

static inline void write_words(uint8_t *room, uint32_t size, uint32_t sequence) {
  for (uint32_t i = 0; i < size / 4; i++) {
    uint32_t word = sequence + i;
    memcpy(room + 4 * i, &word, 4);
  }
}

static inline void write_message(const struct format *f, uint8_t *room, uint32_t sequence) {
  if (f->size == WORDS_UP_TO) write_words(room, WORDS_UP_TO, sequence);
  else if (f->size < WORDS_UP_TO) write_words(room, f->size, sequence);
  else {
    memcpy(room, &sequence, 4);
    memcpy(room + 4, f->pattern + 4, f->size - 4);
  }
}

static inline uint32_t number_of(const uint8_t *bytes) {
  uint32_t number;
  memcpy(&number, bytes, 4);
  return number;
}

static inline void check_words(const uint8_t *bytes, uint32_t size, uint32_t sequence) {
  uint32_t sum = 0, count = size / 4;
  for (uint32_t i = 0; i < count; i++) sum += number_of(bytes + 4 * i);
  uint32_t expected = sequence * count + count * (count - 1) / 2;
  if (sum != expected) wrong("sum of words", sum, expected);
}

static inline void check_message(const struct format *f, const uint8_t *bytes, uint32_t length, uint32_t sequence) {
  if (length != f->size) wrong("length", length, f->size);
  uint32_t number = number_of(bytes);
  if (number != sequence) wrong("sequence", number, sequence);
  if (f->size == WORDS_UP_TO) check_words(bytes, WORDS_UP_TO, sequence);
  else if (f->size < WORDS_UP_TO) check_words(bytes, f->size, sequence);
  else if (sequence % f->sample == 0 && memcmp(bytes + 4, f->pattern + 4, length - 4) != 0) wrong("payload", sequence, 0);
}
