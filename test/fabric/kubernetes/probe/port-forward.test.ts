import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import type { Client } from '../../../../fabric/kubernetes/api/client.ts'
import { takesForward } from '../../../../fabric/kubernetes/probe/port-forward.ts'

const { signal } = new AbortController()
const to = { namespace: 'n', pod: 'p', port: 8080 }

/** An API server that opens every tunnel, and what a kubelet does with it: refuses it after a while, or is silent. */
function clientWith(refuses: (port: number) => boolean, forbids = false): Pick<Client, 'forward'> {
  return {
    forward: async ({ port }) => {
      if (forbids) throw Object.assign(new Error('pods "p" is forbidden'), { code: 'EPORTFORWARD' })
      const tunnel = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
      tunnel.on('error', () => undefined)
      const refusal = Object.assign(new Error('connection refused'), { code: 'EPORTFORWARD' })
      if (refuses(port)) setTimeout(() => tunnel.destroy(refusal), 20)
      return tunnel
    },
  }
}

test('a port is taken when its tunnel outlives that of a closed port', async () => {
  expect(await takesForward(clientWith((port) => port !== to.port) as Client, to, signal)).toBe(true)
})

test('a port is not taken when its tunnel is refused', async () => {
  expect(await takesForward(clientWith(() => true) as Client, to, signal)).toBe(false)
})

test('nothing is learnt where not even a closed port is refused, or forwarding is forbidden', async () => {
  expect(await takesForward(clientWith(() => false) as Client, to, signal)).toBeUndefined()
  expect(await takesForward(clientWith(() => true, true) as Client, to, signal)).toBeUndefined()
})
