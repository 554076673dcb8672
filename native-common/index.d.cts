/** The folder that holds `camio/*.h`, absolute. */
export const include: string
/** The same, relative to the working directory: what gyp wants. */
export const include_dir: string
/** Every C++ file in `folder`, separated by spaces. */
export function sources(folder: string): string
