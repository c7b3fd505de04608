import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { classesOf } from '../policy/engine/classes.ts'
import { type Compiled, compile } from '../policy/engine/compile.ts'
import { matrix } from '../policy/engine/matrix.ts'
import { verdictOf } from '../policy/engine/predict.ts'
import type { PolicyWorld } from '../policy/engine/world.ts'
import { manifestOf } from '../policy/write.ts'
import { mayPass, type OraclePod } from '../test/policy/engine/oracle.ts'
import { type Bench, type Figure, median, timed } from './bench.ts'
import { largeWorld } from './engine-worlds.ts'

const large = { pods: 10_000, policies: 10_000, namespaces: 100, apps: 25 }

/** 10,000 pods and as many policies: prepared, asked, and held against a naive reading. */
async function answers(): Promise<readonly Figure[]> {
  const world = largeWorld(large)
  const compiling = [
    await timed(async () => compile(world)),
    await timed(async () => compile(world)),
    await timed(async () => compile(world)),
  ]
  const compiled = compiling[0]!.result
  const queries = Array.from({ length: 20_000 }, (_, at) => queryOf(world, at))
  const each = queries.slice(0, 2_000).map((query) => {
    const start = performance.now()
    verdictOf(query, compiled)
    return performance.now() - start
  })
  const many = await timed(async () => queries.map((query) => verdictOf(query, compiled)))
  const oracle = oracleOf(world)
  const few = queries.slice(0, 40)
  const naive = await timed(async () => few.map(oracle))
  const same = few.filter((_, at) => {
    const found = many.result[at]
    return found !== undefined && 'verdict' in found && (found.verdict === 'allow') === naive.result[at]
  }).length
  return [
    {
      what: '10,000 pods × 10,000 policies, compile, median of 3',
      value: median(compiling.map(({ ms }) => ms)) / 1000,
      unit: 's',
      goal: '≤ 2',
    },
    { what: 'a first question about a pod, longest of 2,000', value: Math.max(...each), unit: 'ms', goal: '< 1' },
    { what: 'a question, mean of 20,000', value: (many.ms / queries.length) * 1000, unit: 'µs' },
    { what: 'the same question by the naive oracle, mean of 40', value: naive.ms / few.length, unit: 'ms' },
    { what: 'of these 40 the oracle agrees in', value: same, unit: '', goal: '40' },
    ...(await matrices(compiled)),
  ]
}

async function matrices(compiled: Compiled): Promise<readonly Figure[]> {
  const classes = classesOf(compiled).slice(0, 1_000)
  const runs = []
  for (let at = 0; at < 3; at++)
    runs.push(
      await timed(async () => {
        let cells = 0
        for (const { verdict } of matrix(compiled, { classes })) cells += verdict === 'undefined' ? 0 : 1
        return cells
      }),
    )
  globalThis.gc?.()
  return [
    { what: `${classes.length} classes, all pairs: promised cells`, value: runs[0]!.result, unit: '' },
    { what: 'matrix of 1,000 classes, the first', value: runs[0]!.ms / 1000, unit: 's', goal: '≤ 3' },
    {
      what: 'matrix of 1,000 classes, longest of 3',
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

/** Whole processes, from manifests to the exit: 1,000 pods and 200 policies. */
async function commands(): Promise<readonly Figure[]> {
  const world = largeWorld({ pods: 1_000, policies: 200, namespaces: 20, apps: 10 })
  const folder = await mkdtemp(join(tmpdir(), 'crosscheck-bench-'))
  try {
    const [before, after] = [join(folder, 'a.json'), join(folder, 'b.json')]
    await writeFile(before, listOf(world))
    await writeFile(after, listOf({ ...world, policies: world.policies.slice(5) }))
    const figures: Figure[] = []
    for (const args of [
      ['diff', before, after],
      ['lint', before],
    ]) {
      const runs = []
      for (let at = 0; at < 3; at++) runs.push(await timed(() => crosscheck(args)))
      figures.push({
        what: `1,000 pods, 200 policies: crosscheck ${args[0]}, whole process, median of 3`,
        value: median(runs.map(({ ms }) => ms)) / 1000,
        unit: 's',
        goal: '≤ 1',
      })
    }
    return figures
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function crosscheck(args: readonly string[]): Promise<void> {
  const entry = new URL('../bin/crosscheck.js', import.meta.url).pathname
  await promisify(execFile)(process.execPath, [entry, ...args], { maxBuffer: 1 << 28 }).catch(
    (error: { code?: number }) => {
      if (error.code !== 1) throw error
    },
  )
}

function listOf({ namespaces, pods, policies }: PolicyWorld): string {
  const items = [
    ...namespaces.map(({ name, labels }) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })),
    ...pods.map(({ namespace, name, labels, ports, addresses }) => ({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels } },
      spec: {
        containers: [
          { name: 'c', image: 'i', ports: ports.map(({ name: own, port }) => ({ name: own, containerPort: port })) },
        ],
      },
      status: { podIPs: addresses.map((ip) => ({ ip })) },
    })),
    ...policies.map(manifestOf),
  ]
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

/** What the policy engine takes, in time and memory. */
export const engine: Bench = {
  name: 'engine',
  run: async () => [...(await answers()), ...(await commands())],
}
