/**
 * The public API of each entry point as one file, so that a review sees every change of it. API Extractor reads the declarations that the
 * compiler made; one program serves all of them, which takes seconds instead of a minute.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { published } from './workspaces.js'

export interface Report {
  /** Of the repository: `packages/core/api/spi.api.md`. */
  readonly file: string
  readonly text: string
}

interface EntryPoint {
  readonly folder: string
  readonly declarations: string
  readonly file: string
}

/** `./spi` is `spi`, `.` is `index`. */
function entryPoints(root: string): EntryPoint[] {
  return published(root).flatMap(({ folder, manifest }) =>
    Object.entries(manifest.exports ?? {}).flatMap(([path, { types }]) => {
      const name = path === '.' ? 'index' : path.slice(2)
      return types ? [{ folder, declarations: join(root, folder, types), file: `${folder}/api/${name}.api.md` }] : []
    }),
  )
}

const SILENT = { default: { logLevel: ExtractorLogLevel.None } }

function configuration(root: string, { folder, declarations }: EntryPoint, output: string): ExtractorConfig {
  const projectFolder = join(root, folder)
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder,
      mainEntryPointFilePath: declarations,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions: COMPILER, files: [declarations] } },
      apiReport: { enabled: true, reportFolder: output, reportTempFolder: output, reportFileName: 'report' },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: SILENT,
        extractorMessageReporting: SILENT,
        tsdocMessageReporting: SILENT,
      },
    },
    configObjectFullPath: join(projectFolder, 'api-extractor.json'),
    packageJsonFullPath: join(projectFolder, 'package.json'),
  })
}

const COMPILER = {
  target: 'ES2022',
  module: 'nodenext',
  moduleResolution: 'nodenext',
  lib: ['es2023', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  skipLibCheck: true,
}

/** @throws what API Extractor calls an error */
export function apiReports(root: string): Report[] {
  const output = mkdtempSync(join(tmpdir(), 'camio-api-'))
  try {
    const points = entryPoints(root)
    const configurations = points.map((point) => configuration(root, point, output))
    const [first, ...others] = points.map(({ declarations }) => declarations)
    if (first === undefined) return []
    const compilerState = CompilerState.create(configurations[0]!, { additionalEntryPoints: others })
    return points.map(({ file }, i) => ({ file, text: extract(configurations[i]!, compilerState, output) }))
  } finally {
    rmSync(output, { recursive: true, force: true })
  }
}

function extract(config: ExtractorConfig, compilerState: CompilerState, output: string): string {
  Extractor.invoke(config, {
    compilerState,
    localBuild: true,
    messageCallback(message) {
      if (message.logLevel === ExtractorLogLevel.Error) throw new Error(message.text)
      message.handled = true
    },
  })
  return readFileSync(join(output, 'report.api.md'), 'utf8')
}

/** What stands in the repository, `undefined` where there is none. */
export function committed(root: string, { file }: Report): string | undefined {
  return existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined
}
