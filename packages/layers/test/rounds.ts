/**
 * Of the cases about leaks: enough for a descriptor, a timer or a file that stays. What the layers themselves leave in memory the suites
 * over mem would see, which go round as often as ever; what a transport does, its own.
 */
export const ROUNDS = 20
