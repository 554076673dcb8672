import { PASSWORD_VARIABLE } from '../password.js'

export const HELP = `camio-kv cli - talks to a key-value store over any transport

Usage
  camio-kv cli [options] URI [COMMAND [ARGUMENT]...]

With a command it is sent, and the answer printed. Without one commands are read, a line each: from the terminal, with a
history, or from standard input. The server may be camio-kv or any other that speaks the Redis protocol.

URI is one, or several separated by spaces: the first that opens is taken. tcp: tls: unix: shm: udp:

Options
  --json       answers as JSON, one a line; bytes that are no text become {"base64": "..."}
  --raw        answers as they are, without quotes and types (default where standard output is no terminal)
  --no-raw     the other way
  -x           the last argument is read from standard input
  -2, -3       the protocol, RESP2 or RESP3 (default; falls back to RESP2)
  -h, --help   this text

Environment
  ${PASSWORD_VARIABLE}    the password, if the server wants one
  CAMIO_KV_HISTORY     the history's file, ~/.camio_kv_history by default; empty: none
  CAMIO_TLS_CA         whom to trust (PEM), for tls:

Exit code: 0 all went well, 1 the server answered with an error or cannot be reached, 2 the command was given wrongly.

Examples
  camio-kv cli tcp://127.0.0.1:7379
  camio-kv cli shm:kv SET greeting 'hello world'
  camio-kv cli 'shm:kv tcp://db.example:7379' GET greeting
  camio-kv cli unix:/run/kv.sock -x SET picture < picture.png
  camio-kv cli unix:/run/kv.sock --raw GET picture > copy.png
  printf 'INCR visits\\nGET visits\\n' | camio-kv cli shm:kv --json
`
