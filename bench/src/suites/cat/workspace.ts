import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BLOCK = 2 ** 20

/** A folder with the file to copy, and the place of the copy. Gone when the process ends, however it ends. */
export class Workspace {
  private folder: string | null = null
  /** Contestants whose copy was compared byte by byte; of later copies only the size is. */
  private readonly compared = new Set<string>()

  /** @param parent `null` is the folder for temporary files */
  constructor(
    private readonly parent: string | null,
    readonly label: string,
    readonly size: number,
  ) {}

  get source(): string {
    return join(this.folder ?? '', 'source')
  }

  get target(): string {
    return join(this.folder ?? '', 'target')
  }

  /** Writes the source and reads it once, so that every contestant finds it in the page cache. */
  prepare(): void {
    const parent = this.parent ?? tmpdir()
    const { bavail, bsize } = statfsSync(parent)
    if (bavail * bsize < this.size * 2.1)
      throw new Error(`${parent} has no room for two files of ${this.label}; try --quick`)
    this.folder = mkdtempSync(join(parent, 'camio-bench-'))
    process.on('exit', this.remove)
    this.compared.clear()
    fillWithNoise(this.source, this.size)
    forEachBlock(this.source, () => {})
  }

  removeTarget(): void {
    rmSync(this.target, { force: true })
  }

  /** @throws when the target is no copy of the source */
  check(name: string): void {
    const { size } = statSync(this.target)
    if (size !== this.size) throw new Error(`copied ${size} bytes instead of ${this.size}`)
    if (this.compared.has(name)) return
    this.compared.add(name)
    const copy = openSync(this.target, 'r')
    const other = Buffer.alloc(BLOCK)
    forEachBlock(this.source, (block) => {
      const length = readSync(copy, other, 0, BLOCK, null)
      if (!other.subarray(0, length).equals(block)) throw new Error('the copy differs from the source')
    })
    closeSync(copy)
  }

  readonly remove = (): void => {
    if (this.folder !== null) rmSync(this.folder, { recursive: true, force: true })
    this.folder = null
    process.off('exit', this.remove)
  }
}

function fillWithNoise(path: string, size: number): void {
  const noise = randomBytes(Math.min(size, BLOCK))
  const fd = openSync(path, 'w', 0o600)
  for (let at = 0; at < size; at += noise.length) {
    noise.writeUInt32LE(at / noise.length, 0)
    writeSync(fd, noise, 0, Math.min(noise.length, size - at))
  }
  closeSync(fd)
}

function forEachBlock(path: string, visit: (block: Buffer) => void): void {
  const fd = openSync(path, 'r')
  const block = Buffer.alloc(BLOCK)
  for (let n = readSync(fd, block, 0, BLOCK, null); n > 0; n = readSync(fd, block, 0, BLOCK, null))
    visit(block.subarray(0, n))
  closeSync(fd)
}
