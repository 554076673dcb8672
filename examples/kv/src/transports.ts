/** What the command's URIs may name. The client library leaves the choice to its user. */
import '@camio/shm'
import '@camio/tcp'
import '@camio/udp'
