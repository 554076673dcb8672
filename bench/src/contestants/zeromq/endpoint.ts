import { flag } from '../common/arguments.js'

/** Where to bind: TCP, or with `--ipc` a unix socket in the abstract namespace, of which nothing is left behind. */
export const endpoint = (): string => (flag('ipc') ? `ipc://@camio-bench-${process.pid}` : 'tcp://127.0.0.1:*')
