declare module 'node-gyp-build' {
  /** Loads the addon of the package in `folder`: built there, or prebuilt. Throws when there is none for this system. */
  export default function load(folder: string): unknown
}
