import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Plugin } from 'esbuild'

/** What is imported late, and from where: a name that starts with a dot is a file beside the importer's. */
const lateImport = /(?<!typeof )\bimport\('([^']+)'\)/g

/** What is imported of Node itself: names in braces, or all under one. */
const nodeImport = /^import (?!type\b)(?:\{([^}]+)\}|\* as (\w+)) from ('node:[^']+')/gm

/** The parts that are loaded late: what speaks to clusters, and everything else. */
type Part = 'cluster' | 'commands'

/** What loads undici or the Kubernetes client, most of which is compiled for nothing where no cluster is asked. */
const clusterTargets = /^\.\/(fabric\/kubernetes\/|checks\/undici|runner\/cli\/(clean|probes)-run)/

/**
 * One chunk for each part that is loaded late, instead of one for every set of modules that some late imports have in common: Node takes longer to open, link and start a module than to
 * read the fifty kilobytes in it. In its chunk a module is still run when it is first imported, and not before; what it imports of Node is loaded then as well.
 */
export const fewChunks = (root: string): Plugin => ({
  name: 'few-chunks',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8')
        .replace(nodeImport, (_, names: string | undefined, all: string, name: string) => {
          return `const ${names === undefined ? all : `{ ${destructured(names)} }`} = require(${name})`
        })
        .replace(lateImport, (_, name: string) => {
          const target = targetOf(root, path, name)
          return `import('part:${partOf(target)}').then(({ load }) => load[${JSON.stringify(target)}]())`
        }),
    }))
    onResolve({ filter: /^part:/ }, ({ path }) => ({ path: path.slice('part:'.length), namespace: 'part' }))
    onLoad({ filter: /./, namespace: 'part' }, ({ path }) => {
      const targets = lateTargets(root).filter((target) => partOf(target) === path)
      const lines = targets.map((target) => `${JSON.stringify(target)}: () => require(${JSON.stringify(target)}),`)
      return { contents: `export const load = {\n${lines.join('\n')}\n}`, resolveDir: root }
    })
  },
})

/** The names of an import as a pattern: without types, and renamed as a pattern renames. */
function destructured(names: string): string {
  const values = names.split(',').filter((name) => name.trim() !== '' && !/^\s*type\s/.test(name))
  return values.map((name) => name.trim().replace(/\s+as\s+/, ': ')).join(', ')
}

function partOf(target: string): Part {
  return clusterTargets.test(target) ? 'cluster' : 'commands'
}

function lateTargets(root: string): string[] {
  const files = globSync('{runner,fabric,checks}/**/*.ts', { cwd: root }).sort()
  const targets = files.flatMap((file) => {
    const found = readFileSync(join(root, file), 'utf8').matchAll(lateImport)
    return [...found].map(([, name = '']) => targetOf(root, join(root, file), name))
  })
  return [...new Set(targets)]
}

/** A file by its path from the root, a package by its name. */
function targetOf(root: string, importer: string, name: string): string {
  return name.startsWith('.') ? `./${relative(root, join(dirname(importer), name)).replaceAll('\\', '/')}` : name
}
