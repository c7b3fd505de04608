import { expect, it } from 'vitest'
import { controlFromCanary } from '../../../runner/control/from-canary.ts'

const socket = { address: '10.0.0.9', port: 53, protocol: 'TCP', family: 4 }
const plannedCheck = {
  ...{ source: 'a', check: { kind: 'tcp' }, connections: 1 },
  destination: { kind: 'pod', socket, pod: { namespace: 'db', name: 'x', labels: {}, hostNetwork: false } },
}

/** A canary whose connections end in this way, by port. */
const ask = (reasonOf: (port: number) => string) => {
  const probe = {
    addresses: ['10.0.0.1'],
    async *run(checks: readonly { readonly id: string; readonly port: number }[]) {
      for (const { id, port } of checks) yield { id, outcome: { reason: reasonOf(port) } }
    },
  }
  return controlFromCanary({
    fabric: { probe: async () => probe, timing: { allowed: { deadlineMs: 100, attempts: 1 } } },
    world: { policies: [] },
    canary: { listeners: new Map([['node', { namespace: 'c', name: 'open' }]]) },
    observedConnections: new Map([[plannedCheck, [{ outcome: { reason: 'connect_timeout' } }]]]),
    controls: { targetAlive: () => ({ shown: undefined }) },
    signal: new AbortController().signal,
  } as never)
}

it('a target that is open to all lives where the canary reaches it', async () => {
  const found = await ask((port) => (port === 53 ? 'connected' : 'connect_refused'))
  expect([...found.values()]).toMatchObject([{ shown: true, kind: 'canary' }])
})

it('nothing is shown where something in between answers the canary, or nobody does', async () => {
  expect((await ask(() => 'connected')).size).toBe(0)
  expect((await ask(() => 'connect_timeout')).size).toBe(0)
})
