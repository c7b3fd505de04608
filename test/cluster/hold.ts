import { clusterFabric } from './opening.ts'

/** A runner that waits to be killed with a probe up in the namespace of its argument. */
const fabric = await clusterFabric()
const probe = await fabric.probe(
  { kind: 'namespace', namespace: process.argv[2] ?? 'default' },
  new AbortController().signal,
)
process.stdout.write('unavailable' in probe ? `${probe.unavailable}\n` : 'probe up\n')
setInterval(() => undefined, 60_000)
