/** The list of schemes as text. */
import { commonOptions, type InstalledScheme, type OptionInfo, type SchemeInfo } from './describe.js'

export function print(schemes: readonly SchemeInfo[]): string {
  const installed = schemes.filter((scheme) => scheme.installed)
  const missing = schemes.filter((scheme) => !scheme.installed)
  const blocks = installed.map(printScheme)
  if (installed.length > 0) blocks.push(`Every scheme has these options too\n${printOptions(commonOptions())}`)
  if (missing.length > 0) {
    const lines = missing.map(({ scheme, install }) => `  ${`${scheme}:`.padEnd(9)} ${install}`)
    blocks.push(`Not installed\n${lines.join('\n')}`)
  }
  return `${blocks.join('\n\n')}\n`
}

function printScheme(info: InstalledScheme): string {
  const { form, help, modes, listens, options } = info
  const lines = [
    form,
    `  ${help}`,
    `  package  ${info.package}`,
    `  here     ${here(info)}`,
    `  modes    ${modes.map((mode, i) => (i === 0 ? `${mode} (default)` : mode)).join(', ')}${listens ? '; listens' : ''}`,
  ]
  if (options.length > 0) lines.push('  options', printOptions(options))
  return lines.join('\n')
}

function here({ works, engine, reason }: InstalledScheme): string {
  const why = reason === undefined ? '' : `: ${reason.replace(/\s*\n\s*/g, '; ')}`
  return works ? `works, engine ${engine}${why}` : `does not work${why}`
}

function printOptions(options: readonly OptionInfo[]): string {
  const rows = options.map((option) => ({ left: `${option.name}=${placeholder(option)}`, right: details(option) }))
  const width = Math.max(...rows.map(({ left }) => left.length))
  return rows.map(({ left, right }) => `    ${left.padEnd(width)}  ${right}`).join('\n')
}

const PLACEHOLDERS = { bool: '0|1', int: 'N', size: 'SIZE', time: 'TIME', string: 'TEXT', object: '' } as const

function placeholder({ type, values }: OptionInfo): string {
  return type === 'enum' ? values!.join('|') : PLACEHOLDERS[type]
}

function details(option: OptionInfo): string {
  const notes: string[] = []
  if (option.type === 'object') notes.push('in programs only')
  if (option.default !== undefined && option.default !== '') notes.push(`default ${quantity(option, option.default)}`)
  const { min, max } = option
  if (min !== undefined || max !== undefined) notes.push(range(option))
  return notes.length === 0 ? option.help : `${option.help} (${notes.join(', ')})`
}

function range(option: OptionInfo): string {
  const { min, max } = option
  if (max === undefined) return `at least ${quantity(option, min)}`
  return `${min === undefined ? 'up to' : `${quantity(option, min)} to`} ${quantity(option, max)}`
}

/** As it would be written in a URI. */
function quantity({ type }: OptionInfo, value: unknown): string {
  if (type === 'bool') return value ? '1' : '0'
  if (type === 'size') return asSize(value as number)
  if (type === 'time') return asTime(value as number)
  return String(value)
}

function asSize(bytes: number): string {
  const units = ['', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  let unit = 0
  let value = bytes
  while (value !== 0 && value % 1024 === 0 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${value}${units[unit]}`
}

function asTime(ms: number): string {
  if (ms !== 0 && ms < 1) return `${ms * 1000}us`
  if (ms !== 0 && ms % 3_600_000 === 0) return `${ms / 3_600_000}h`
  return ms !== 0 && ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}
