/** What all `shm:` streams of one thread share: the native part, and the dispatcher of its events. */
import type { NativeSockets } from '@camio/core/spi'
import { type Binding, native } from './binding.js'

export type System = NativeSockets<Binding>

/** @throws `ERR_CAMIO_UNAVAILABLE` */
export const systemFor = (uri: string): System => native.socketsFor(uri)
