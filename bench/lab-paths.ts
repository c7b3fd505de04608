import { checkSchema } from '../checks/check.ts'
import type { Fabric, Manifest } from '../fabric/fabric.ts'
import { type Figure, timed } from './bench.ts'
import { cpuSeconds, descendants, peakDuring } from './lab-processes.ts'
import { labOf, pods, signal } from './lab-worlds.ts'

/** The deadline of each path in milliseconds, with one attempt: a lab loses no packets. */
const deadlineMs = 1500
const count = 100

/** Each of 100 pods connects to every pod, under a policy that drops half of the connections. */
export async function paths(name: string, policy: Manifest): Promise<readonly Figure[]> {
  const up = await timed(() => labOf([...pods(count), policy]))
  await using lab = up.result
  const worker = descendants(process.pid)
  const before = cpuSeconds(worker)
  const { result: all, peak } = await peakDuring(() => timed(() => connectAll(lab)))
  const seen = (reason: string) => all.result.filter((each) => each === reason).length
  return [
    { what: `${name}: 100 pods up, from nothing`, value: up.ms / 1000, unit: 's', goal: '≤ 1' },
    { what: `${name}: 10,000 paths, deadline 1.5 s`, value: all.ms / 1000, unit: 's', goal: '≤ 3' },
    { what: `${name}: most memory of the worker`, value: peak, unit: 'MB', goal: '≤ 180' },
    { what: `${name}: processor time of the worker`, value: cpuSeconds(worker) - before, unit: 's' },
    { what: `${name}: connected`, value: seen('connected'), unit: 'paths' },
    { what: `${name}: dropped`, value: seen('connect_timeout'), unit: 'paths' },
    {
      what: `${name}: neither`,
      value: all.result.length - seen('connected') - seen('connect_timeout'),
      unit: 'paths',
      goal: '0',
    },
  ]
}

async function connectAll(lab: Fabric): Promise<readonly string[]> {
  const world = await lab.world(signal)
  const own = world.pods.filter(({ namespace }) => namespace === 'bench')
  const checks = own.map(({ addresses }, i) =>
    checkSchema.parse({ kind: 'tcp', id: String(i), host: addresses[0], port: 8080, deadlineMs }),
  )
  const reasons: string[] = []
  await Promise.all(
    own.map(async ({ namespace, name }) => {
      const probe = await lab.probe({ kind: 'pod', namespace, name }, signal)
      if ('unavailable' in probe) throw new Error(probe.unavailable)
      for await (const { outcome } of probe.run(checks, signal)) reasons.push(outcome.reason)
    }),
  )
  return reasons
}
