/** Replacing a method of one object, whatever it is: broken drivers are sound ones with one method broken. */

type Method = (this: unknown, ...args: never[]) => unknown

/** @param make gets the original, bound */
export function replace<Args extends unknown[], Result>(
  target: object,
  name: string,
  make: (original: (...args: Args) => Result) => (...args: Args) => Result,
): void {
  const original = (Reflect.get(target, name) as Method).bind(target) as unknown as (...args: Args) => Result
  Object.defineProperty(target, name, { value: make(original), writable: true, configurable: true })
}

/** A field of any name. */
export function field<T>(target: object, name: string): T {
  return Reflect.get(target, name) as T
}
