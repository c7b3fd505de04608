import { hostname } from 'node:os'
import { processVantage } from '../checks/process-vantage.ts'
import { readOptions, usage } from './options.ts'
import { startService } from './service.ts'

const args = process.argv.slice(2)
// No top-level await: the image ships a CommonJS bundle, which idles at 9 MiB less than the same code as a module.
if (args.includes('--help')) process.stdout.write(usage())
else void serve()

async function serve(): Promise<void> {
  const options = readOptions(args, process.env)
  if ('problems' in options) {
    for (const problem of options.problems) process.stderr.write(`crosscheck-probe: ${problem}\n`)
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
    })
    const { stop, ended, ...ports } = service
    void Promise.race([ended, asked.promise]).then(stop)
    process.stdout.write(`${JSON.stringify({ ready: true, ...ports })}\n`)
  } catch (error) {
    process.stderr.write(`crosscheck-probe: ${(error as Error).message}\n`)
    process.exitCode = 4
  }
}
