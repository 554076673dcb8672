/** What `--help` says. */

export const HELP = `camio - streams named by URI, moved by the fastest path that the two ends allow

Usage
  camio cat [options] [FILE|URI]...      copy inputs to outputs
  camio explain [options] URI...         what would be opened, by which path, at what cost
  camio schemes [--json] [SCHEME]...     what is installed, with options, and whether it works here
  camio --help | --version

  camio cat --help, camio explain --help and camio schemes --help say more.

A URI is scheme:address?option=value&option=value. Examples:
  file:/var/log/syslog?follow=1   tcp://example.org:7000   unix:/run/app.sock   stdio:

Packages: @camio/file comes with the command; other @camio/... packages are used when they are installed.
Somebody else's scheme is used only if you name its package: --plugin NAME, or CAMIO_PLUGINS=NAME,NAME.

Exit codes: 0 all went well, 1 an input or output failed, 2 the command was given wrongly.
`

export const CAT_HELP = `camio cat - copy inputs, one after the other, to every output

Usage
  camio cat [options] [FILE|URI]...

Arguments are inputs, in order; without any, standard input. "-" is standard input or output. What does not begin with a
known scheme is a path; ./name is a path in any case. A new file has the permissions that the shell's > would give it (the
umask) when it was named by a path, and those of perm=, 0600 if not said, when it was named by a URI.

Options
  -i, --in URI       one more input, in its place among the others
  -o, --out URI      an output instead of standard output; given again: one more, each gets everything
  -m, --merge        all inputs at once, each piece as it becomes ready
      --json         a summary as one line of JSON: the path taken, bytes, copies, system calls, seconds;
                     on standard output, or on standard error when standard output is one of the outputs
      --progress     bytes, rate and time left on standard error, and a last line at the end; by itself on a terminal,
                     while it lasts, after half a second
      --no-progress  never
      --plugin NAME  allow and load the scheme package NAME
  -h, --help

Examples
  camio cat notes.txt                            print a file
  camio cat a.bin b.bin -o both.bin              join two files, in the kernel
  camio cat < in > out                           a plain copy
  camio cat dump.sql -o tcp://db2:7000           send a file
  camio cat 'tcp://0.0.0.0:7000?listen=1' -o dump.sql   receive it
  camio cat 'file:app.log?follow=1' -o unix:/run/collect.sock   follow a log
  camio cat in.bin -o copy1.bin -o copy2.bin     two copies in one pass
  camio cat 'tcp://db2:7000?record=wire.pcapng&rate=1MiB/s' -o dump.sql   with a capture for Wireshark, and not too fast
  camio cat --merge tcp://a:1 tcp://b:1          whatever comes first

A missing or failing input is reported and the next one follows, as with cat(1). One of several outputs that fails is reported
and the others get everything, as with tee(1). An output that is also an input is refused
before anything is written. When the reader of the output goes away, camio cat ends by SIGPIPE, silently, as cat(1) does; by SIGINT and
SIGTERM after it has delivered what it had read and said how far it came.

Exit codes: 0 all went well, 1 an input or output failed, 2 the command was given wrongly.
`

export const EXPLAIN_HELP = `camio explain - what would be opened, and what moving the data would cost

Usage
  camio explain [options] URI... [--out URI]...

The arguments are candidates for one stream: the first that opens would be taken. With --out (given again: one more candidate) for
the sink of a pipe as well. Says for each candidate whether it would be tried and why not, which path the pipe would take, and
how many user-space copies, system calls and wake-ups a message costs. Nothing is opened.

Options
  -o, --out URI         a candidate for the sink
      --require LIST    features that a candidate must have; others are dropped: reliable,ordered,scope<=host,mtu>=1400
      --prohibit LIST   features that it must not have
      --prefer LIST     candidates with more of these come first
      --avoid LIST      among equals, candidates with fewer of these come first
      --analyze         do it: open, move everything from the source to the sink (without --out: read the source to its end), and
                        put what was measured beside what was predicted; on standard error when the sink is standard output
      --json            one JSON object
      --plugin NAME     allow and load the scheme package NAME
  -h, --help

Features: readable writable reliable ordered encrypted seekable overrun acceptsMany connectionless, and with a value
framing=bytes|messages delivery=one|each engine=NAME scope=process|host|link|global (also <= and >=) mtu>=SIZE mtu<=SIZE
copies.read<=N copies.write<=N.

Examples
  camio explain shm:kv tcp://kv:7000
  camio explain tcp://kv:7000 udp://kv:7001 --require reliable
  camio explain big.bin --out tcp://db2:7000
  camio explain big.bin --out copy.bin --analyze

Exit codes: 0, 1 if no candidate is left, the two ends do not fit together, or what was done failed, 2 if the command was given wrongly.
`

export const SCHEMES_HELP = `camio schemes - what is installed, and what it can do here

Usage
  camio schemes [options] [SCHEME]...

Lists every scheme, or those named: its package, its address, its modes, its options with type, default and range, the
engine that would run, and whether it works on this machine. What is known but not installed is listed with the command
that installs it.

Options
      --json         one JSON array
      --plugin NAME  allow and load the scheme package NAME
  -h, --help

Exit codes: 0, or 2 if a scheme named is not known or the command was given wrongly.
`
