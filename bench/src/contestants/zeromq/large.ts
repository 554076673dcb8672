/** Messages above this size are filled once, and only their number is written anew. */
export const LARGE = 1024
