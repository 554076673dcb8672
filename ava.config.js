// One run for the whole repository. The tests are TypeScript; `tsc -b` has put them into the dist-test folders.
export default {
  files: ['dist-test/**/*.test.js', '{packages/*,examples,examples/kv,bench}/dist-test/**/*.test.js'],
  // Child processes, not worker threads: tests of native code need an event loop and an exit of their own.
  workerThreads: false,
  concurrency: 2,
  timeout: '2m',
  nodeArguments: ['--enable-source-maps'],
}
