import { hostname } from 'node:os'
import { processVantage } from '../checks/process-vantage.ts'
import type { EarlyPort } from './early.ts'
import { type Environment, readOptions } from './options.ts'
import { startService } from './service.ts'

export { usage } from './options.ts'

/** Serves until it is told to end, on a control port that is open already; what is wrong with the options ends it with 2, what the system refuses with 4. */
export async function serve(args: readonly string[], env: Environment, early: EarlyPort): Promise<void> {
  const options = readOptions(args, env)
  if ('problems' in options) {
    for (const problem of options.problems) process.stderr.write(`crosscheck-probe: ${problem}\n`)
    early.close()
    process.exitCode = 2
    return
  }
  // As pid 1 of a container, a signal without a handler would be ignored: also one that comes before the ports are open.
  const asked = Promise.withResolvers<void>()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => asked.resolve())
  try {
    const service = await startService(options, {
      vantage: processVantage({ resolvConf: '/etc/resolv.conf', hosts: '/etc/hosts' }),
      hostname: hostname(),
      now: Date.now,
      residentBytes: () => process.memoryUsage.rss(),
      // With `--expose-gc` alone (docs/probe.md); only this kind of collection returns what it frees.
      collect: () => globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
      control: early,
    })
    const { stop, ended, ...ports } = service
    void Promise.race([ended, asked.promise]).then(stop)
    process.stdout.write(`${JSON.stringify({ ready: true, ...ports })}\n`)
  } catch (error) {
    process.stderr.write(`crosscheck-probe: ${(error as Error).message}\n`)
    early.close()
    process.exitCode = 4
  }
}
