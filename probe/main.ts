import { hostname } from 'node:os'
import { type EarlyPort, openEarly } from './control-port.ts'

const args = process.argv.slice(2)
// No top-level await: the image contains a CommonJS bundle, which needs 9 MiB less when idle than the same code as a
// module.
if (args.includes('--help')) void import('./deferred.ts').then(({ usage }) => process.stdout.write(usage()))
else void serve(openEarly(args, process.env))

async function serve(control: EarlyPort): Promise<void> {
  // As PID 1 of a container, the process would ignore a signal without a handler, including one that arrives before the
  // ports are open.
  const asked = Promise.withResolvers<void>()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => asked.resolve())
  const { readOptions, startService, processVantage } = await import('./deferred.ts')
  const options = readOptions(args, process.env)
  if ('problems' in options) return giveUp(control, 2, options.problems)
  try {
    const service = await startService(options, {
      vantage: processVantage({ resolvConf: '/etc/resolv.conf', hosts: '/etc/hosts' }),
      hostname: hostname(),
      now: Date.now,
      residentBytes: () => process.memoryUsage.rss(),
      // Requires `--expose-gc` (docs/reference/probe.md). Only this type of collection returns the freed memory to the
      // system.
      collect: () => globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
      control,
    })
    const { stop, ended, ...ports } = service
    void Promise.race([ended, asked.promise]).then(stop)
    process.stdout.write(`${JSON.stringify({ ready: true, ...ports })}\n`)
  } catch (error) {
    giveUp(control, 4, [(error as Error).message])
  }
}

function giveUp(control: EarlyPort, code: number, problems: readonly string[]): void {
  for (const problem of problems) process.stderr.write(`crosscheck-probe: ${problem}\n`)
  control.close()
  process.exitCode = code
}
