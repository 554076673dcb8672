/**
 * What is not needed at once is imported later. The bundle, which is no module, gets this function from bin/camio.cjs.
 * @param specifier `./file.js` beside this one, a package's name, or a URL
 */
export const load = (specifier: string): Promise<unknown> => import(specifier)
