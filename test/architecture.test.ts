import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

/** What the lab shares with the engine that it is compared to: how selectors and CIDRs are read, never what is decided from them. */
const leaves = ['policy/types.ts', 'policy/selector.ts', 'policy/cidr.ts']
/** What manifests are read with. */
const reading = [
  ...leaves,
  ...[
    'decode',
    'field',
    'names',
    'parse',
    'parse-port',
    'parse-selector',
    'suggest',
    'platform-namespaces',
    'cluster-policy',
    'parse-cluster-policy',
  ].map((name) => `policy/${name}.ts`),
  'policy/foreign/',
]

/** Who may import what beyond its own folder: files, folders (with a final slash) and packages. The longest matching folder rules. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'checks/': ['zod', 'dns2', 'undici', 'ipaddr.js', 'p-limit'],
  'policy/': ['ipaddr.js'],
  'probe/': ['checks/', 'fastify', 'zod', 'ipaddr.js'],
  'fabric/': ['checks/', ...reading, 'yaml', 'zod', 'ipaddr.js'],
  'fabric/kubernetes/': ['checks/', 'fabric/', ...reading, 'zod', 'undici', 'p-limit'],
  'fabric/kubernetes/api/client.ts': ['fabric/kubernetes/', '@kubernetes/client-node', 'undici', 'p-limit'],
  'fabric/kubernetes/api/client-node.ts': ['@kubernetes/client-node/'],
  'lab/': ['checks/', 'fabric/', ...leaves, 'probe/listener/', 'koffi', 'dns2', 'zod', 'ipaddr.js'],
  'lint/': ['policy/', 'fabric/', 'yaml', 'zod', 'ipaddr.js'],
  'runner/': ['checks/', 'policy/', 'fabric/', 'lab/settings.ts', 'lint/', 'zod', 'yaml', 'ipaddr.js', 'p-limit'],
  'runner/cli/': [
    'checks/',
    'policy/',
    'fabric/',
    'lab/',
    'lint/',
    'probe/',
    'runner/',
    'commander',
    'yaml',
    'zod',
    'package.json',
  ],
  'runner/program.ts': ['runner/', 'commander'],
  'runner/main.ts': ['runner/'],
}

/** The folders of runner/, from the bottom up: each may import those before it. Files beside them stand above all folders. */
const runnerFolders = [
  'scenario',
  'plan',
  'observe',
  'predict',
  'control',
  'result',
  'report',
  'judge',
  'measure',
  'run',
  'validate',
  'check',
  'explain',
  'diff',
  'coverage',
  'matrix',
  'cli',
  'cli/commands',
]

const files = globSync(Object.keys(allowed).map((room) => (room.endsWith('/') ? `${room}**/*.ts` : room)))
const sources = new Map([...new Set(files)].map((file) => [file, readFileSync(file, 'utf8')]))

/** Static and dynamic imports of literal names; Node's own modules are left out. */
function importsOf(file: string, text: string): string[] {
  const found = text.matchAll(/^(?:import|export)\s(?:[^'=(]*?\sfrom\s)?'([^']+)'|\bimport\('([^']+)'\)/gm)
  const names = [...found].map((match) => match[1] ?? match[2] ?? '').filter((name) => !name.startsWith('node:'))
  return names.map((name) => (name.startsWith('.') ? normalize(join(dirname(file), name)) : name))
}

function ruleOf(file: string): string {
  const rooms = Object.keys(allowed).filter((room) => file.startsWith(room))
  return rooms.reduce((longest, room) => (room.length > longest.length ? room : longest))
}

const within = (name: string, place: string): boolean => (place.endsWith('/') ? name.startsWith(place) : name === place)

/** Lines of code, without comments, that match. */
function linesMatching(pattern: RegExp, except: (file: string) => boolean = () => false): string[] {
  return [...sources].flatMap(([file, text]) => {
    const lines = except(file)
      ? []
      : text.split('\n').map((line) => line.replace(/^\s*(\/\*\*?|\*|\/\/).*|\s\/\/.*/, ''))
    return lines.flatMap((line, at) => (pattern.test(line) ? [`${file}:${String(at + 1)}: ${line.trim()}`] : []))
  })
}

/** Groups of files of which each reaches each by imports. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const reach = (from: string): Set<string> => {
    const seen = new Set<string>()
    const waiting = [...(imports.get(from) ?? [])]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next) || !imports.has(next)) continue
      seen.add(next)
      waiting.push(...(imports.get(next) ?? []))
    }
    return seen
  }
  const reached = new Map([...imports.keys()].map((file) => [file, reach(file)]))
  const circles = [...reached].flatMap(([file, files]) =>
    files.has(file) ? [[...files].filter((other) => reached.get(other)?.has(file)).toSorted()] : [],
  )
  return [...new Map(circles.map((circle) => [circle.join(' '), circle])).values()]
}

describe('architecture', () => {
  it('lets every room import only what the list allows', () => {
    const wrong = [...sources].flatMap(([file, text]) => {
      const rule = ruleOf(file)
      const places = [rule, ...(allowed[rule] ?? [])]
      const outside = importsOf(file, text).filter((name) => !places.some((place) => within(name, place)))
      return outside.map((name) => `${file} imports ${name}`)
    })
    expect(sources.size).toBeGreaterThan(50)
    expect(wrong).toEqual([])
  })

  it('lets the folders of runner/ import only those below them', () => {
    const heightOf = (file: string): number => {
      const folder = dirname(file).replace(/^runner\/?/, '')
      return folder === '' ? runnerFolders.length : runnerFolders.indexOf(folder)
    }
    const inside = [...sources].filter(([file]) => file.startsWith('runner/'))
    const upward = inside.flatMap(([file, text]) =>
      importsOf(file, text)
        .filter((name) => name.startsWith('runner/') && heightOf(name) > heightOf(file))
        .map((name) => `${file} imports ${name}`),
    )
    expect(inside.filter(([file]) => heightOf(file) === -1).map(([file]) => file)).toEqual([])
    expect(upward).toEqual([])
  })

  it('has no files that import each other, types included, whether directly or in a circle', () => {
    const imports = new Map([...sources].map(([file, text]) => [file, importsOf(file, text)]))
    expect(circlesIn(imports)).toEqual([])
    expect(
      circlesIn(
        new Map([
          ['a', ['b']],
          ['b', ['c', 'd']],
          ['c', ['a']],
          ['d', []],
        ]),
      ),
    ).toEqual([['a', 'b', 'c']])
  })

  it('touches the process and the console in the main.ts files alone', () => {
    const main = (file: string) => file.endsWith('/main.ts')
    expect(linesMatching(/(?<![.\w])(process|console)\.[a-zA-Z]|'node:process'/, main)).toEqual([])
  })

  it('uses nothing that the oldest supported Node, 22.19, lacks and a bundler does not translate', () => {
    expect(
      linesMatching(/\b(Async)?DisposableStack\b|Promise\.try\(|RegExp\.escape|Error\.isError|import\.meta\.main/),
    ).toEqual([])
  })

  it('does not ask whether a fabric is a lab or a cluster but in the command line', () => {
    expect(linesMatching(/[!=]== '(lab|cluster)'/, (file) => file.startsWith('runner/cli/'))).toEqual([])
  })

  it('has no barrels and no folders without a subject', () => {
    expect(files.filter((file) => /(^|\/)(index\.ts$|(utils|helpers|common|shared|core)\/)/.test(file))).toEqual([])
  })
})
