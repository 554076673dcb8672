/** What a capture file says: by this package's own reader, and by tshark where it is installed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { fileUri, open } from '@camio/core'
import '@camio/layers'

/** Completes the title of a test that is skipped. */
export const withoutTshark =
  spawnSync('tshark', ['--version']).status === 0 ? null : 'needs tshark (Debian package tshark)'

/** One row a packet, as tshark reads the file's fields. */
export function tshark(file: string, fields: readonly string[]): string[][] {
  const selected = fields.flatMap((field) => ['-e', field])
  // Checksums are checked, too: a wrong one would be an expert's note.
  const checks = ['tcp', 'udp', 'ip'].flatMap((name) => ['-o', `${name}.check_checksum:TRUE`])
  const args = ['-n', '-r', file, ...checks, '-T', 'fields', '-E', 'separator=|', ...selected]
  const output = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('|'))
}

/** All messages of a capture, without its pauses. */
export async function replayed(file: string, options = ''): Promise<Buffer[]> {
  const messages: Buffer[] = []
  await using stream = await open(`${fileUri(file).replace(/^file/, 'replay')}?speed=max${options}`)
  for await (const lease of stream) messages.push(Buffer.from(lease))
  return messages
}
