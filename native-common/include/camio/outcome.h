// What became of several system calls in a row: the errno, and the step that failed, for the error's `syscall`.
#ifndef CAMIO_OUTCOME_H
#define CAMIO_OUTCOME_H

namespace camio {

struct Outcome {
  int error = 0;
  const char* step = nullptr;
  explicit operator bool() const { return error == 0; }
};

}  // namespace camio

#endif
