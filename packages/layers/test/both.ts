/** What a worker or a child of the suite imports: the transports, and the layers around them. */
import '@camio/file'
import '@camio/layers'
import '@camio/mem'
import '@camio/shm'
import '@camio/tcp'
import '@camio/timer'
import '@camio/udp'
