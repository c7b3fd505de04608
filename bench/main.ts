import { availableParallelism, cpus, loadavg, release } from 'node:os'
import type { Bench, Figure } from './bench.ts'

/** All benches by name. Each is loaded only when it runs, so that benches do not affect each other. */
const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  lab: async () => (await import('./lab.ts')).lab,
  engine: async () => (await import('./engine.ts')).engine,
  probe: async () => (await import('./probe.ts')).probe,
  cluster: async () => (await import('./cluster.ts')).cluster,
  world: async () => (await import('./world.ts')).world,
  'command-line': async () => (await import('./command-line.ts')).commandLine,
}

/** `npm run bench -- NAME…` runs these benches, or all without names. Prints a Markdown table and a line of JSON for each. */
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benches)
const unknown = names.filter((name) => !(name in benches))
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are: ${Object.keys(benches).join(', ')}`)
  process.exit(2)
}

for (const name of names) {
  const { run } = await benches[name]!()
  const machine = `${String(availableParallelism())} × ${cpus()[0]?.model ?? 'processor'}, Linux ${release()}, Node ${process.versions.node}`
  const load = (loadavg()[0] ?? 0).toFixed(1)
  const figures = await run()
  console.log(`## ${name}\n\n${machine}, load ${load} before\n\n${table(figures)}\n`)
  console.log(JSON.stringify({ bench: name, machine, load: Number(load), figures }), '\n')
}

function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, value, unit, goal = '' }) => `| ${what} | ${shown(value)} ${unit} | ${goal} |`)
  return ['| | measured | goal |', '|---|---|---|', ...rows].join('\n')
}

function shown(value: number): string {
  return value >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en') : value.toPrecision(2)
}
