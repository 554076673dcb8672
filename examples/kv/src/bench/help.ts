import { PASSWORD_VARIABLE } from '../password.js'

export const HELP = `camio-kv bench - what a key-value store does over each of its transports

Usage
  camio-kv bench [options] URI...

Runs the same GETs and SETs against each URI, one after the other, and prints them beside each other: operations a second,
latencies, user-space copies an operation. Of every value that comes back length and number are checked, of every 64th all bytes.
Any server of the Redis protocol will do.
It writes keys that begin with 'bench:' and deletes them at the end.

Options
  -c, --clients N       connections, all of this process (1)
  -P, --pipeline N      requests of each connection on their way at once (1); over udp: always 1
      --keys N          keys that there are (10000)
      --key-size SIZE   bytes of a key (16)
  -d, --value-size SIZE bytes of a value (64)
      --sets PERCENT    how many of 100 requests are SET, the others GET (10)
      --time TIME       how long (2s)
  -n, --requests N      ... or until so many are done
      --warm TIME       runs before that, which does not count (500ms)
      --wait STRATEGY   park (default: sleeps while nothing comes), spin (looks again and again, all of a core), spin:20us
      --seed N          of the order of keys (1)
      --json            one object a line
      --svg FILE        a chart of them all
  -h, --help            this text

Environment
  ${PASSWORD_VARIABLE}     the password, if the servers want one
  CAMIO_TLS_CA          whom to trust (PEM), for tls:

Exit code: 0 all went well, 1 a server failed or gave a wrong value, 2 the command was given wrongly.

Examples
  camio-kv bench shm:kv unix:/run/kv.sock tcp://127.0.0.1:7379
  camio-kv bench -P 16 -c 50 --sets 50 tcp://127.0.0.1:7379 tcp://127.0.0.1:6379
  camio-kv bench --wait spin --svg transports.svg shm:kv tcp://127.0.0.1:7379
`
