import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { classesOf } from '../policy/engine/classes.ts'
import { compile } from '../policy/engine/compile.ts'
import type { Compiled } from '../policy/engine/compiled.ts'
import { matrix } from '../policy/engine/matrix.ts'
import { verdictOf } from '../policy/engine/predict.ts'
import type { PolicyPod, PolicyWorld } from '../policy/engine/world.ts'
import { manifestOf } from '../policy/write.ts'
import { mayPass, type OraclePod } from '../test/policy/engine/oracle.ts'
import { type Bench, type Figure, median } from './bench.ts'
import { largeWorld } from './engine-worlds.ts'

const large = { pods: 10_000, policies: 10_000, namespaces: 100, apps: 25 }

/** 10,000 pods and 10,000 policies: compile, predict, and compare with a naive implementation. */
async function answers(): Promise<readonly Figure[]> {
  const world = largeWorld(large)
  const compiling = [
    await worked(async () => compile(world)),
    await worked(async () => compile(world)),
    await worked(async () => compile(world)),
  ]
  const compiled = compiling[0]!.result
  const queries = Array.from({ length: 20_000 }, (_, at) => queryOf(world, at))
  const each = queries.slice(0, 2_000).map((query) => {
    const start = performance.now()
    verdictOf(query, compiled)
    return performance.now() - start
  })
  const many = await worked(async () => queries.map((query) => verdictOf(query, compiled)))
  const oracle = oracleOf(world)
  const few = queries.slice(0, 40)
  const naive = await worked(async () => few.map(oracle))
  const same = few.filter((_, at) => {
    const found = many.result[at]
    return found !== undefined && 'verdict' in found && (found.verdict === 'allow') === naive.result[at]
  }).length
  return [
    {
      what: '10,000 pods × 10,000 policies, compile, processor time, median of 3',
      value: median(compiling.map(({ cpu }) => cpu)) / 1000,
      unit: 's',
      goal: '≤ 2',
    },
    { what: 'a question, the first about its pods, median of 2,000', value: median(each), unit: 'ms', goal: '< 1' },
    {
      what: 'a question, the first about its pods, slowest of 100',
      value: each.toSorted((a, b) => a - b)[Math.floor(each.length * 0.99)] ?? 0,
      unit: 'ms',
      goal: '< 1',
    },
    { what: 'a question, mean of 20,000', value: (many.cpu / queries.length) * 1000, unit: 'µs' },
    { what: 'the same question by the naive oracle, mean of 40', value: naive.cpu / few.length, unit: 'ms' },
    { what: 'of these 40 the oracle agrees in', value: same, unit: '', goal: '40' },
    ...(await matrices(compiled)),
  ]
}

async function matrices(compiled: Compiled): Promise<readonly Figure[]> {
  const classes = classesOf(compiled).slice(0, 1_000)
  const runs = []
  for (let at = 0; at < 3; at++)
    runs.push(
      await worked(async () => {
        let cells = 0
        for (const { verdict } of matrix(compiled, { classes })) cells += verdict === 'undefined' ? 0 : 1
        return cells
      }),
    )
  globalThis.gc?.()
  return [
    { what: `${classes.length} classes, all pairs: promised cells`, value: runs[0]!.result, unit: '' },
    { what: 'matrix of 1,000 classes, the first, processor time', value: runs[0]!.cpu / 1000, unit: 's', goal: '≤ 3' },
    {
      what: 'matrix of 1,000 classes, on the clock, longest of 3',
      value: Math.max(...runs.map(({ ms }) => ms)) / 1000,
      unit: 's',
      goal: '≤ 3',
    },
    {
      what: 'memory of the process with all of it',
      value: process.memoryUsage().rss / 1024 / 1024,
      unit: 'MB',
      goal: '≤ 500',
    },
  ]
}

function queryOf({ pods }: PolicyWorld, at: number) {
  const [from, to] = [pods[(at * 7919) % pods.length]!, pods[(at * 104_729 + 13) % pods.length]!]
  const end = ({ namespace, name }: typeof from) => ({ kind: 'pod', namespace, name }) as const
  return { from: end(from), to: end(to), port: to.ports[0]!.port, protocol: 'TCP' as const }
}

function oracleOf({ pods, policies, namespaces }: PolicyWorld): (query: ReturnType<typeof queryOf>) => boolean {
  const ends = new Map(
    pods.map((pod) => [`${pod.namespace}/${pod.name}`, { ...pod, address: pod.addresses[0] } as unknown as OraclePod]),
  )
  const spaces = Object.fromEntries(
    namespaces.map(({ name, labels }) => [name, { ...labels, 'kubernetes.io/metadata.name': name }]),
  )
  const system = { policies: policies.map(manifestOf), spaces }
  return ({ from, to, port, protocol }) =>
    mayPass(
      {
        from: ends.get(`${from.namespace}/${from.name}`)!,
        to: ends.get(`${to.namespace}/${to.name}`)!,
        port,
        protocol,
      },
      system,
    )
}

interface Work<T> {
  readonly result: T
  /** Wall-clock time. */
  readonly ms: number
  /** Processor time of this process and of the child processes that it waited for. Other programs hardly affect it. */
  readonly cpu: number
}

async function worked<T>(work: () => Promise<T>): Promise<Work<T>> {
  const [begun, before] = [performance.now(), await processorTime()]
  const result = await work()
  return { result, ms: performance.now() - begun, cpu: (await processorTime()) - before }
}

/** Milliseconds: fields 14 to 17 of proc_pid_stat(5), in hundredths of a second. */
async function processorTime(): Promise<number> {
  const fields = (await readFile('/proc/self/stat', 'utf8')).split(') ')[1]?.split(' ') ?? []
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0)
}

const root = new URL('..', import.meta.url).pathname

/** Whole processes of the bundle that ships, from reading manifests to exit: 1,000 pods and 200 policies. */
async function commands(): Promise<readonly Figure[]> {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root })
  const world = largeWorld({ pods: 1_000, policies: 200, namespaces: 20, apps: 10 })
  const folder = await mkdtemp(join(tmpdir(), 'crosscheck-bench-'))
  try {
    const [before, after] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')]
    await writeFile(before, listOf(world))
    await writeFile(after, listOf({ ...world, policies: world.policies.slice(5) }))
    const figures: Figure[] = []
    for (const args of [
      ['diff', before, after],
      ['lint', before],
    ]) {
      const runs = []
      for (let at = 0; at < 3; at++) runs.push(await worked(() => crosscheck(args)))
      figures.push({
        what: `1,000 pods, 200 policies: crosscheck ${args[0]}, whole process, median of 3`,
        value: median(runs.map(({ ms }) => ms)) / 1000,
        unit: 's',
        goal: '≤ 1',
      })
      figures.push({
        what: `1,000 pods, 200 policies: crosscheck ${args[0]}, processor time, median of 3`,
        value: median(runs.map(({ cpu }) => cpu)) / 1000,
        unit: 's',
      })
    }
    return figures
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function crosscheck(args: readonly string[]): Promise<void> {
  const entry = join(root, 'dist/crosscheck.js')
  await promisify(execFile)(process.execPath, [entry, ...args], { maxBuffer: 1 << 28 }).catch(
    (error: { code?: number }) => {
      if (error.code !== 1) throw error
    },
  )
}

/** Deployments with five replicas, as manifests. */
function listOf({ namespaces, pods, policies }: PolicyWorld): string {
  const workloads = Map.groupBy(pods, ({ namespace, labels }) => `${namespace} ${labels.app}`)
  const items = [
    ...namespaces.map(({ name, labels }) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })),
    ...[...workloads.values()].map((own) => deploymentOf(own)),
    ...policies.map(manifestOf),
  ]
  return items.map((item) => `---\n${stringify(item)}`).join('')
}

function deploymentOf(replicas: readonly PolicyPod[]) {
  const { namespace, labels, ports } = replicas[0]!
  const { app, tier } = labels
  const containers = [{ name: 'c', image: 'i', ports: ports.map(({ name, port }) => ({ name, containerPort: port })) }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name: app },
    spec: {
      replicas: replicas.length,
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app, tier } }, spec: { containers } },
    },
  }
}

/** The time and memory that the policy engine takes. */
export const engine: Bench = {
  name: 'engine',
  run: async () => [...(await answers()), ...(await commands())],
}
