/**
 * The documentation as a web site in site/out: the guides and the packages' pages as they stand in the repository, and the API from
 * the declarations that are published. `npm run docs` compiles first.
 */
import { join } from 'node:path'
import { Application, Converter, ReflectionKind } from 'typedoc'
import { entryPoints } from './lib/entry-points.mjs'
import { output, root } from './lib/root.mjs'

const PAGES = [
  'docs/*.md',
  'docs/schemes/*.md',
  'docs/decisions/*.md',
  'packages/*/README.md',
  'native-common/README.md',
  'examples/README.md',
  'examples/scheme-plugin/README.md',
  'bench/README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
]

const names = entryPoints()

const app = await Application.bootstrap({
  name: 'CamIO for Node',
  readme: join(root, 'README.md'),
  basePath: root,
  tsconfig: join(root, 'site', 'tsconfig.json'),
  entryPoints: [...names.keys()],
  projectDocuments: PAGES.map((page) => join(root, page)),
  out: output,
  // Compiled and checked already, by another version of TypeScript than typedoc works with.
  skipErrorChecking: true,
  disableSources: true,
  excludePrivate: true,
  hideGenerator: true,
  customCss: join(root, 'site', 'style.css'),
  favicon: join(root, 'docs', 'idea.svg'),
  highlightLanguages: ['ts', 'js', 'json', 'sh', 'text', 'cpp', 'html'],
  // Links in comments that lead to what is not exported become plain text.
  validation: { notExported: false, invalidLink: false, invalidPath: true },
  treatValidationWarningsAsErrors: true,
})

/** By what they are imported as, not by the file. */
app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
  if (!reflection.kindOf(ReflectionKind.Module)) return
  const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName
  reflection.name = names.get(file) ?? reflection.name
})

const project = await app.convert()
if (!project) throw new Error('typedoc could not read the declarations: see above')
app.validate(project)
await app.generateOutputs(project)
if (app.logger.hasErrors()) process.exitCode = 1
