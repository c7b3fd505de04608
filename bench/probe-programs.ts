import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { nodeEnvironment, nodeFlags } from '../scripts/build-probe.ts'

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))
/** From the Debian package prometheus-blackbox-exporter, with its default configuration. */
const exporter = ['prometheus-blackbox-exporter', '--config.file=/etc/prometheus/blackbox.yml']

/** A program that a bench started. */
export interface Program {
  readonly pid: number
  readonly port: number
  readonly child: ChildProcess
}

export async function startTarget(): Promise<Program> {
  return started(process.execPath, [here('./probe-target.ts')], { portKey: 'port' })
}

/** Starts the bundled probe, either as docs/reference/probe.md describes or with the defaults of Node. */
export async function startProbe(bundle: string, memory: 'bounded' | 'unbounded' = 'bounded'): Promise<Program> {
  const options = ['--control-port', '0', '--health-port', '0', '--allow-targets', 'loopback']
  if (memory === 'unbounded') return started(process.execPath, [bundle, ...options], { portKey: 'controlPort' })
  return started(process.execPath, [...nodeFlags, bundle, ...options], {
    portKey: 'controlPort',
    env: { ...process.env, ...nodeEnvironment },
  })
}

/** Returns undefined if it is not installed. */
export async function startExporter(port: number): Promise<Program | undefined> {
  const [command, ...flags] = exporter
  const args = [...flags, `--web.listen-address=127.0.0.1:${String(port)}`, '--log.level=error']
  const child = spawn(command!, args, { stdio: 'ignore' })
  const absent = await Promise.race([once(child, 'spawn').then(() => false), once(child, 'error').then(() => true)])
  if (absent) return undefined
  const listens = () =>
    fetch(`http://127.0.0.1:${String(port)}/-/healthy`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await listens())) if (child.exitCode !== null) throw new Error('prometheus-blackbox-exporter ended')
  return { pid: child.pid!, port, child }
}

async function started(
  command: string,
  args: readonly string[],
  { portKey, env = process.env }: { readonly portKey: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Program> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    const port = (JSON.parse(line) as Record<string, number>)[portKey]!
    return { pid: child.pid!, port, child }
  }
  throw new Error(`${args.join(' ')} ended before it was ready`)
}
