/** What a worker or a child of the suite imports: frames as messages, and the layers around them. */
import '@camio/layers'
import './cable.js'
