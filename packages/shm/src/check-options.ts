/** What means something for one way of using a name only, and is refused elsewhere: it would be a silent mistake. */
import { CamioError, camel, type OptionSchema } from '@camio/core/spi'
import { shmOptions } from './options.js'
import type { ShmTarget } from './target.js'

/** Ways of using a name. */
export type Role = 'listen' | 'connect' | 'strict reader' | 'strict writer' | 'lossy writer' | 'lossy reader'

export type OpenRole = Exclude<Role, 'listen'>

interface Use {
  readonly roles: readonly Role[]
  readonly words: string
}

const CONNECTS: Use = {
  roles: ['connect', 'strict reader', 'strict writer', 'lossy reader'],
  words: 'is for whoever connects to a name',
}
const OWNS: Use = {
  roles: ['listen', 'strict reader', 'lossy writer'],
  words: 'is for whoever has the name: listen, the reader of a strict ring, the writer of a lossy one',
}

/** `capacity` is taken everywhere: both ends of a stream may be given the same one, whoever makes the ring. */
const USES: Readonly<Partial<Record<keyof typeof shmOptions, Use>>> = {
  policy: {
    roles: ['strict reader', 'strict writer', 'lossy writer', 'lossy reader'],
    words: 'is for open, with mode=r or mode=w',
  },
  'wait-for': CONNECTS,
  'connect-timeout': CONNECTS,
  owner: CONNECTS,
  stay: { roles: ['strict reader'], words: 'is for the reader of a strict ring, mode=r' },
  backlog: { roles: ['listen'], words: 'is for listen' },
  peers: {
    roles: ['strict reader', 'lossy writer'],
    words: 'is for the reader of a strict ring, the writer of a lossy one',
  },
  perm: OWNS,
  group: OWNS,
}

/** An option that has its default value says nothing. @throws `ERR_CAMIO_BAD_OPTION` */
export function checkOptions({ uri, options }: ShmTarget, role: Role): void {
  const given = options as Readonly<Record<string, unknown>>
  const refuse = (name: string, why: string) =>
    new CamioError('ERR_CAMIO_BAD_OPTION', `option "${name}" in ${uri} ${why}`, { uri })
  for (const [name, { roles, words }] of Object.entries(USES)) {
    const usual = (shmOptions as OptionSchema)[name]!.default
    if (given[camel(name)] !== usual && !roles.includes(role)) throw refuse(name, words)
  }
  if (options.group !== undefined && options.perm !== '0660') throw refuse('group', 'needs perm=0660')
}
