import { type Figure, median, timed } from './bench.ts'
import { cpuSeconds } from './lab-processes.ts'
import { bareConnects, batch, exporterProbes } from './probe-loads.ts'
import { type Program, startExporter, startProbe, startTarget } from './probe-programs.ts'

const rounds = 7
const perBatch = 10_000
const perRoundOfExporter = 2_000
const exporterPort = 19_115

/** The cost of one thousand checks. */
interface Price {
  readonly ratePerSecond: number
  readonly cpuSecondsPer1000: number
}

/** Runs the bare loop, the probe and the exporter in turn on the same target, round after round, so that all see the same load. */
export async function race(bundle: string): Promise<readonly Figure[]> {
  const target = await startTarget()
  const probe = await startProbe(bundle)
  const roomy = await startProbe(bundle, 'unbounded')
  const exporter = await startExporter(exporterPort)
  try {
    const inFlight = exporter && (await bestInFlight(exporter, target))
    const runners = {
      bare: () => priced(process.pid, perBatch, () => bareConnects(target, perBatch)),
      probe: () => priced(probe.pid, perBatch, () => quickBatch(probe, target)),
      roomy: () => priced(roomy.pid, perBatch, () => quickBatch(roomy, target)),
      ...(exporter &&
        inFlight !== undefined && {
          exporter: () =>
            priced(exporter.pid, perRoundOfExporter, () =>
              exporterProbes(exporter, target, { count: perRoundOfExporter, inFlight }),
            ),
        }),
    }
    // Warm up first, because the comparison is of compiled code.
    for (let warm = 0; warm < 3; warm++) for (const each of [probe, roomy]) await quickBatch(each, target)
    const prices: Record<string, Price>[] = []
    for (let round = 0; round < rounds; round++) {
      const each: Record<string, Price> = {}
      for (const [name, run] of Object.entries(runners)) each[name] = await run()
      prices.push(each)
    }
    return figures(prices, inFlight)
  } finally {
    for (const each of [target, probe, roomy, exporter]) each?.child.kill('SIGKILL')
  }
}

const quickBatch = (probe: Program, { port }: Program): Promise<void> =>
  batch(probe, { host: '127.0.0.1', port }, { count: perBatch, reason: 'connected' })

/** Finds the number of clients with which the exporter is fastest. */
async function bestInFlight(exporter: Program, target: Program): Promise<number> {
  const tried: { readonly inFlight: number; readonly ms: number }[] = []
  for (const inFlight of [8, 16, 32, 64]) {
    await exporterProbes(exporter, target, { count: 500, inFlight })
    tried.push({ inFlight, ms: (await timed(() => exporterProbes(exporter, target, { count: 1_000, inFlight }))).ms })
  }
  return tried.toSorted((a, b) => a.ms - b.ms)[0]!.inFlight
}

async function priced(pid: number, count: number, work: () => Promise<void>): Promise<Price> {
  const before = cpuSeconds([pid])
  const { ms } = await timed(work)
  return { ratePerSecond: (count / ms) * 1000, cpuSecondsPer1000: ((cpuSeconds([pid]) - before) / count) * 1000 }
}

function figures(prices: readonly Record<string, Price>[], inFlight: number | undefined): readonly Figure[] {
  const middle = (of: (round: Record<string, Price>) => number) => median(prices.map(of))
  const pair = (what: string, name: string, goal?: string): readonly Figure[] => [
    { what: `${what}, TCP checks`, value: middle((r) => r[name]!.ratePerSecond), unit: '/s', ...(goal && { goal }) },
    { what: `${what}, processor time`, value: middle((r) => r[name]!.cpuSecondsPer1000), unit: 's per 1,000' },
  ]
  const share = (name: string, other: string) => middle((r) => r[name]!.ratePerSecond / r[other]!.ratePerSecond)
  const thrift = (name: string) => middle((r) => r.exporter!.cpuSecondsPer1000 / r[name]!.cpuSecondsPer1000)
  const beside = (what: string, name: string): readonly Figure[] => [
    { what: `${what}, rate of the exporter’s`, value: share(name, 'exporter'), unit: '×', goal: '≥ 8' },
    { what: `${what}, checks per processor second of the exporter’s`, value: thrift(name), unit: '×' },
  ]
  return [
    ...pair('bare `net.connect` loop', 'bare'),
    ...pair('probe, batches of 10,000', 'probe', '≥ 20,000'),
    ...pair('probe without bounds of memory', 'roomy', '≥ 20,000'),
    { what: 'probe, rate of the bare loop’s', value: share('probe', 'bare'), unit: '×' },
    { what: 'probe without bounds of memory, rate of the bare loop’s', value: share('roomy', 'bare'), unit: '×' },
    ...(inFlight === undefined
      ? []
      : [
          ...pair(`prometheus-blackbox-exporter, ${String(inFlight)} clients`, 'exporter'),
          ...beside('probe', 'probe'),
          ...beside('probe without bounds of memory', 'roomy'),
        ]),
  ]
}
