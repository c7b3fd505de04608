import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Bench, type Figure, median, timed } from './bench.ts'
import { exitCode, image, installProbes, type Ran, runMatrix, runScenario } from './cluster-run.ts'
import { build, grid, many, nine, raze, type Town } from './cluster-towns.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const rounds = 3
const sources = 40
const targets = 50

/** The deadline in seconds of a path that must be blocked (fabric/kubernetes/open.ts). */
const deadline = 3.5

/** One connection from within a pod of the image, as in a manual check: with a deadline of one second. */
const plannedCheck = (host: string) => [
  '/usr/local/bin/node',
  '-e',
  `require('node:net').connect(80, '${host}').once('connect', () => process.exit(0)).once('error', () => process.exit(1)); setTimeout(() => process.exit(1), 1000)`,
]

/** Checks the nine paths one after another, with `kubectl exec` into the workloads and with a fresh pod each (`kubectl run --rm`). */
async function byKubectl({ ways }: Town): Promise<readonly Figure[]> {
  const name = 'crosscheck-bench-by-hand'
  const fresh = ['run', name, '--rm', '-i', '--restart=Never', `--image=${image}`, '--image-pull-policy=IfNotPresent']
  const exec = await timed(async () => {
    for (const { from, to } of ways) {
      const [space = '', app = ''] = from.split('/')
      await exitCode('kubectl', ['-n', space, 'exec', `deployment/${app}`, '--', ...plannedCheck(to)])
    }
  })
  const run = await timed(async () => {
    for (const { from, to } of ways) {
      const [space = ''] = from.split('/')
      await exitCode('kubectl', ['-n', space, ...fresh, '--command', '--', ...plannedCheck(to)])
    }
  })
  return [
    { what: '9 TCP tests by kubectl exec, one after the other, deadline 1 s', value: exec.ms / 1000, unit: 's' },
    { what: '9 TCP tests by kubectl run --rm, one after the other, deadline 1 s', value: run.ms / 1000, unit: 's' },
  ]
}

function figuresOf(what: string, runs: readonly Ran[], goal: string): readonly Figure[] {
  const [first] = runs
  if (first === undefined) return []
  const { requests, tunnels, batches, summary } = first
  const passed = Math.min(...runs.map((ran) => ran.summary.pass))
  return [
    {
      what: `${what}, from nothing to nothing, median of ${runs.length}`,
      value: median(runs.map((ran) => ran.seconds)),
      unit: 's',
      goal,
    },
    {
      what: `${what}, passed at least`,
      value: passed,
      unit: `of ${summary.pass + summary.fail + summary.inconclusive}`,
    },
    {
      what: `${what}, API requests, tunnels, batches over these`,
      value: requests + tunnels,
      unit: `(${tunnels} tunnels, ${batches} batches)`,
    },
  ]
}

async function measured(town: Town, times: number, more: readonly string[] = []): Promise<readonly Ran[]> {
  const runs: Ran[] = []
  for (let round = 0; round < times; round++) runs.push(await runScenario(town.scenario, more))
  return runs
}

const canary = 'crosscheck-bench-canary'
const beside = ['--canary-namespace', canary]

/**
 * Milliseconds after their start during which pods count as fresh (fabric/kubernetes/resident/probes.ts). Pods of a scheduled run are never
 * fresh.
 */
const freshMs = 32_000

/** Measures the nine paths, and 324 cells, with resident probes. */
async function byResidents(small: Town, square: Town): Promise<readonly Figure[]> {
  await installProbes({ scenario: small.scenario }, beside)
  await delay(freshMs)
  const runs = await measured(small, rounds, beside)
  await build(square)
  await installProbes({ namespaces: square.namespaces }, beside)
  await delay(freshMs)
  const matrices = []
  for (let round = 0; round < rounds; round++) matrices.push(await runMatrix(square.namespaces, beside))
  const [{ cells, unknown, requests, tunnels } = { cells: 0, unknown: 0, requests: 0, tunnels: 0 }] = matrices
  return [
    ...figuresOf('9 TCP tests by resident probes', runs, `≤ ${deadline + 0.5}`),
    {
      what: `matrix of 9 × 9 pods × 4 ports by resident probes, median of ${rounds}`,
      value: median(matrices.map(({ seconds }) => seconds)),
      unit: 's',
      goal: `≤ ${deadline + 0.3}`,
    },
    { what: 'its cells, of which nothing is known', value: unknown, unit: `of ${cells}` },
    { what: 'its API requests and tunnels', value: requests + tunnels, unit: `(${tunnels} tunnels)` },
  ]
}

/** Runs on the cluster of KUBECONFIG, whose nodes must have the image `CROSSCHECK_IMAGE`. Other workloads of the cluster keep running. */
export const cluster: Bench = {
  name: 'cluster',
  async run() {
    // The only bench that needs something outside this repository.
    if (process.env['KUBECONFIG'] === undefined) return []
    execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root })
    const [small, square, large] = [nine(), grid(), many(sources, targets)]
    try {
      await build(small)
      const figures = figuresOf('9 TCP tests', await measured(small, rounds), `≤ ${deadline + 4}`)
      const byHand = await byKubectl(small)
      const standing = await byResidents(small, square)
      await build(large)
      const what = `${sources} sources × ${targets} targets`
      return [
        ...figures,
        ...standing,
        ...byHand,
        ...figuresOf(what, await measured(large, 1), `≤ ${3 * deadline} + start and end`),
      ]
    } finally {
      await exitCode('kubectl', ['delete', 'namespace', '--wait=false', canary])
      await Promise.all([small, square, large].map(raze))
    }
  },
}
