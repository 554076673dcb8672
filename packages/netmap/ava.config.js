// What needs /dev/netmap: run by test/stand-in.test.ts with a stand-in for it, and by `npm run test:netmap` with the kernel's own.
export default {
  files: ['dist-test/**/*.suite.js'],
  workerThreads: false,
  concurrency: 1,
  // Over the module itself mostly in an emulated machine, which is some fifty times slower.
  timeout: '15m',
  nodeArguments: ['--enable-source-maps', '--expose-gc'],
}
