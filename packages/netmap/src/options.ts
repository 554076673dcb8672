/** The options of `netmap:` and `vale:`, parsed and range-checked by core. */
import { option } from '@camio/core/spi'

const granted = '; 0 leaves it to the port, what came of it is in the stream’s granted'

export const netmapOptions = {
  ring: option.int({ min: 0, max: 4094, help: 'this pair of rings only, as "-N" in the address' }),
  mtu: option.int({
    default: 0,
    min: 0,
    max: 131_054,
    help: 'bytes of the largest frame to write, without header and VLAN tag; 0: the interface’s, or 1500 on switches and pipes',
  }),
  'tx-slots': option.int({ default: 0, min: 0, max: 65_536, help: `slots of a ring to send${granted}` }),
  'rx-slots': option.int({ default: 0, min: 0, max: 65_536, help: `slots of a ring to receive${granted}` }),
  'tx-rings': option.int({ default: 0, min: 0, max: 256, help: `rings to send${granted}` }),
  'rx-rings': option.int({ default: 0, min: 0, max: 256, help: `rings to receive${granted}` }),
  memory: option.int({
    default: 0,
    min: 0,
    max: 65_535,
    help: 'the memory to use, by its number, as "@N" in the address; 0 leaves it to the kernel',
  }),
  extra: option.int({
    default: 0,
    min: 0,
    max: 65_536,
    help: 'buffers beyond the rings’, in which keep() leaves frames that are needed for longer',
  }),
} as const
