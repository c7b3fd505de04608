import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { applyObject, deleteObject } from '../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../fabric/kubernetes/api/resources.ts'
import { denyEgress, denyIngress, namespace, pod, policy, service } from '../runner/objects.ts'
import type { Ran } from '../runner/run-in-lab.ts'
import { absent, access } from './opening.ts'
import { plainPods } from './plain-pods.ts'
import { nodeNames, runOnCluster } from './run-on-cluster.ts'

// Traps of the verdicts' specification as a real cluster has them. Those that need another cluster are in modes.test.ts (8, 10, 18), those that need
// packets bent on a node in bent-traps.test.ts (6, 12, 17); docs/concepts/traps.md has the list.

const [web, db, plain] = ['crosscheck-traps-web', 'crosscheck-traps-db', 'crosscheck-traps-plain']
const inPod = (name: string) => ({ namespace: web, like: `pod/${name}` })
const blocked = (from: string, to: readonly string[]) => ({ from, to, expect: 'blocked' })
const text = (result: { readonly explanation: readonly string[] }) => result.explanation.join('\n')
const { signal } = new AbortController()

describe.skipIf(absent !== undefined)(
  `a path that must be blocked, on a cluster${absent === undefined ? '' : `: ${absent}`}`,
  () => {
    let client: Client
    let ran: Ran
    let stale: string
    let nodes: readonly string[]

    beforeAll(async () => {
      client = await connectCluster(access)
      nodes = await nodeNames(client)
      stale = (await plainPods(client, plain)).stale
      const deny = denyIngress(`${plain}/four`, 'four')
      await applyObject(client, { resource: resources.NetworkPolicy, namespace: plain, name: 'four' }, deny, signal)
      const on = (nodeName: string | undefined) => ({ spec: nodeName === undefined ? {} : { nodeName } })
      const replicas = ['r-1', 'r-2', 'r-3']
      const local = { internalTrafficPolicy: 'Local' }
      ran = await runOnCluster({
        objects: [
          ...[web, db].map((name) => namespace(name)),
          ...['no-dns', 'doomed'].map((name) => pod(`${web}/${name}`)),
          pod(`${web}/a`, on(nodes[0])),
          ...['free', 'shut'].map((name) => pod(`${db}/${name}`, on(nodes.at(-1)))),
          ...replicas.map((name) => pod(`${db}/${name}`, { labels: { tier: 'replica' } })),
          ...['shut', 'r-1', 'r-3'].map((name) => denyIngress(`${db}/${name}`, name)),
          policy(`${db}/typo`, { podSelector: { matchLabels: { app: 'fre' } }, policyTypes: ['Ingress'] }),
          denyEgress(`${web}/no-dns`, 'no-dns'),
          ...['shut', 'empty', 'free'].map((name) => service(`${db}/${name}`)),
          service(`${db}/replicas`, { selector: { tier: 'replica' } }),
          ...[service(`${db}/local-free`, { ...local, selector: { app: 'free' } })],
        ],
        spec: {
          sources: { a: inPod('a'), doomed: inPod('doomed'), 'no-dns': inPod('no-dns') },
          targets: Object.fromEntries(
            ['forbidding', 'broken'].map((name) => [
              name,
              { workload: `${plain}/pod/${name}`, port: 8080, protocol: 'HTTP', path: '/' },
            ]),
          ),
          paths: [
            blocked('a', [`${db}/pod/free:9090`, `tcp://${stale}:8080`, `tcp://empty.${db}:80`]),
            blocked('a', [`tcp://shut.${db}:80`, `tcp://free.${db}:80`, `tcp://replicas.${db}:80`]),
            blocked('a', ['forbidding', 'broken', `${plain}/pod/localhost:8080`, `tcp://local-free.${db}:80`]),
            ...['doomed', 'no-dns'].map((from) => blocked(from, [`tcp://shut.${db}:80`])),
            { ...blocked('a', [`${db}/pod/shut:8080`]), family: 6 },
            { ...blocked('a', [`${plain}/pod/four:8080`]), family: 'both' },
          ],
        },
        // By now the probe in it was reached; its dials are still to come.
        onEvent: ({ kind }) => {
          if (kind === 'canary') void killDoomed()
        },
      })
    })
    afterAll(async () => {
      await client.send({ method: 'DELETE', path: `/api/v1/namespaces/${plain}` }, signal)
      await client.close()
    })

    async function killDoomed(): Promise<void> {
      const at = { resource: resources.Pod, namespace: web, name: 'doomed' }
      await deleteObject(client, at, { gracePeriodSeconds: 0 }, signal)
    }

    it('1: with nobody listening on the port and no policy is inconclusive: nobody listens', () => {
      const result = ran.of('a', `${db}/pod/free:9090`)
      expect(result).toMatchObject({
        ...{ status: 'inconclusive', cause: 'not_listening' },
        observed: { reason: 'connect_refused' },
      })
      expect(text(result)).toMatch(/nothing listens on .*:9090\/TCP: .* even from inside/)
    })

    it('2: to the address of a pod that is gone is inconclusive', () => {
      const result = ran.of('a', `tcp://${stale}:8080`)
      expect(result.status).toBe('inconclusive')
      expect(['no_control', 'target_gone']).toContain(result.cause)
      expect(text(result)).toMatch(/no pod has the address|nothing has the address/)
    })

    it('3: to a Service without endpoints is inconclusive: no ready endpoints', () => {
      const result = ran.of('a', `tcp://empty.${db}:80`)
      expect(result).toMatchObject({ status: 'inconclusive', cause: 'no_endpoints' })
      expect(text(result)).toContain(`Service ${db}/empty has no ready endpoints`)
    })

    it('4: from a source whose DNS is blocked is judged by address, with the DNS result beside it', () => {
      const result = ran.of('no-dns', `tcp://shut.${db}:80`)
      expect(result).toMatchObject({ status: 'pass', seen: 'blocked', lookup: { reason: 'dns_timeout' } })
      expect(result.endpoints[0]).toMatchObject({ service: `${db}/shut`, state: 'blocked' })
      expect(result.endpoints.slice(1).map(({ pod: name, state }) => [name, state])).toContainEqual([
        `${db}/shut`,
        'blocked',
      ])
    })

    it('5: from a pod that is killed in mid-run is inconclusive: did not run', () => {
      const result = ran.of('doomed', `tcp://shut.${db}:80`)
      expect(result).toMatchObject({ status: 'inconclusive', cause: 'not_run' })
      expect(text(result)).toContain('did not run: ')
    })

    it('7: to an IPv6 address passes on evidence of that family', () => {
      const result = ran.of('a', `${db}/pod/shut:8080`)
      expect(result).toMatchObject({ status: 'pass', family: 6, seen: 'blocked', endpoints: [{ family: 6, of: 3 }] })
      expect(result.control.map(({ sentence }) => sentence)).toContain(
        `policies are enforced on ${nodes.at(-1)} over IPv6 (canary)`,
      )
    })

    it.each(['forbidding', 'broken'])('9: to a server that is %s with HTTP fails: layer 4 is open', (target) => {
      expect(ran.of('a', target)).toMatchObject({
        ...{ status: 'fail', cause: 'policy', seen: 'open' },
        observed: { reason: 'connected' },
      })
    })

    it('11: by a policy whose podSelector matches no pod fails: open, naming the policy that selects nothing', () => {
      const result = ran.of('a', `tcp://free.${db}:80`)
      expect(result).toMatchObject({ status: 'fail', cause: 'policy', seen: 'open' })
      expect(text(result)).toMatch(
        /policy \S+\/typo .*selects nothing: no pod there is among the pods labelled app=fre/,
      )
    })

    it('13: to a server bound to 127.0.0.1 is inconclusive: refused, and nothing listens on the address of the pod', () => {
      const result = ran.of('a', `${plain}/pod/localhost:8080`)
      expect(text(result)).toMatch(/nothing listens on \S+:8080\/TCP: connection refused .* even from inside/)
      expect(result).toMatchObject({
        ...{ status: 'inconclusive', cause: 'not_listening' },
        observed: { reason: 'connect_refused' },
      })
    })

    it('14: to a server that listens on IPv4 only is inconclusive for IPv6, and passes for IPv4', () => {
      const both = ran.results.filter(({ to }) => to === `${plain}/pod/four:8080`)
      expect(text(both[1]!)).toMatch(/nothing listens on \[\S+\]:8080\/TCP: .* even from inside/)
      expect(both).toMatchObject([
        { family: 4, status: 'pass', seen: 'blocked' },
        { family: 6, status: 'inconclusive', cause: 'not_listening' },
      ])
    })

    it('15: of which 1 of 3 endpoints behind a Service leaks fails, naming that one alone', () => {
      const result = ran.of('a', `tcp://replicas.${db}:80`)
      expect(result).toMatchObject({ status: 'fail', cause: 'policy', seen: 'partly' })
      expect(result.explanation[0]).toMatch(/open at .*\/r-2 \(/)
      expect(text(result)).not.toMatch(/r-[13] \(/)
    })

    it('16: to a Service with internalTrafficPolicy Local and no endpoint on the node is `service`, not a block', ({
      skip,
    }) => {
      if (nodes.length < 2) skip('one node alone: every endpoint is local')
      const result = ran.of('a', `tcp://local-free.${db}:80`)
      expect(result).toMatchObject({ status: 'fail', cause: 'service', seen: 'partly' })
      expect(text(result)).toMatch(/the Service's own address does not answer, but its endpoints do/)
    })

    it('that is blocked passes with every control: target, source, enforcement, and that policies know the source', () => {
      const result = ran.of('a', `tcp://shut.${db}:80`)
      expect(result).toMatchObject({ status: 'pass', seen: 'blocked', predicted: { verdict: 'deny' } })
      expect(new Set(result.control.map(({ kind, shown }) => `${kind} ${String(shown)}`))).toEqual(
        new Set(['inside true', 'canary-listener true', 'canary true']),
      )
    })
  },
)
