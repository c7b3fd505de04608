import { beforeAll, describe, expect, it } from 'vitest'
import { denyIngress, namespace, pod, policy } from '../runner/objects.ts'
import type { Ran } from '../runner/run-in-lab.ts'
import { absent } from './opening.ts'
import { runOnCluster } from './run-on-cluster.ts'

/** What the cluster's plugin does: `drop`, `reject` (ICMP prohibited) or `refuse` (RST, ICMP port unreachable) a denied packet, `none` of it, or `delay`: learn of pods late. */
const modes = ['drop', 'reject', 'refuse', 'none', 'delay'] as const
const mode = modes.find((each) => each === process.env['CROSSCHECK_CLUSTER_MODE'])
const skipped = absent ?? (mode === undefined ? `CROSSCHECK_CLUSTER_MODE is none of ${modes.join(', ')}` : undefined)

const [web, db] = ['crosscheck-modes-web', 'crosscheck-modes-db']

/** How a denied connection may end in each mode: the kernel tells not every ICMP error, so that a rejection can look like silence. */
const endings: Readonly<Record<(typeof modes)[number], Readonly<Record<'tcp' | 'udp', readonly string[]>>>> = {
  drop: { tcp: ['connect_timeout'], udp: ['udp_silent'] },
  delay: { tcp: ['connect_timeout'], udp: ['udp_silent'] },
  reject: { tcp: ['connect_rejected', 'connect_timeout'], udp: ['udp_rejected', 'udp_silent'] },
  refuse: { tcp: ['connect_refused'], udp: ['udp_rejected', 'udp_silent'] },
  none: { tcp: ['connected'], udp: ['udp_answered'] },
}

describe.skipIf(skipped !== undefined)(
  `a cluster whose plugin does: ${mode}${skipped === undefined ? '' : ` (${skipped})`}`,
  () => {
    let ran: Ran
    const sources = { like: { namespace: web, like: 'pod/a' }, plain: { namespace: web } }
    const from = Object.keys(sources)

    beforeAll(async () => {
      const fromWeb = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': web } } }
      const admitted = (app: string) =>
        policy(`${db}/${app}`, {
          podSelector: { matchLabels: { app } },
          policyTypes: ['Ingress'],
          ingress: [{ from: [fromWeb] }],
        })
      ran = await runOnCluster({
        objects: [
          ...[web, db].map((name) => namespace(name)),
          pod(`${web}/a`),
          ...['shut', 'free', 'wrong', 'right'].map((name) => pod(`${db}/${name}`)),
          ...[denyIngress(`${db}/shut`, 'shut'), admitted('wrong'), admitted('right')],
        ],
        spec: {
          sources,
          targets: {
            'shut-udp': { workload: `${db}/pod/shut`, port: 8080, protocol: 'UDP' },
            'right-udp': { workload: `${db}/pod/right`, port: 8080, protocol: 'UDP' },
          },
          paths: [
            { from, to: [`${db}/pod/shut:8080`, 'shut-udp'], expect: 'blocked', family: 'both' },
            {
              from,
              to: [`${db}/pod/free:8080`, `${db}/pod/right:8080`, 'right-udp'],
              expect: 'allowed',
              family: 'both',
            },
            { from, to: `${db}/pod/wrong:8080`, expect: 'blocked', family: 'both' },
            { from, to: `${db}/pod/free:9090`, expect: 'blocked', family: 'both' },
          ],
        },
      })
    })

    const to = (...names: readonly string[]) =>
      ran.results.filter((result) => names.some((name) => result.to.includes(name)))
    const verdicts = (results: Ran['results']) => [
      ...new Set(results.map(({ status, cause, seen }) => [status, cause, seen].filter(Boolean).join(' '))),
    ]

    it('has a result for each source, target and family', () => {
      expect(ran.results.length).toBe(28)
    })

    it('lets through what is admitted', () => {
      expect(verdicts(to('free:8080', 'right'))).toEqual(['pass open'])
    })

    it('blocks what is denied, over TCP and UDP; or where nothing is enforced nothing is known', () => {
      const shut = to('shut')
      expect(verdicts(shut)).toEqual([mode === 'none' ? 'inconclusive not_enforced open' : 'pass blocked'])
      for (const { to: name, endpoints } of shut)
        for (const { reason } of endpoints)
          expect(endings[mode!][name.includes('udp') ? 'udp' : 'tcp']).toContain(reason)
    })

    it('is not believed where a policy admits a source that must be blocked, though plugins learn of it late', () => {
      expect(verdicts(to('wrong'))).toEqual([mode === 'none' ? 'inconclusive not_enforced open' : 'fail policy open'])
    })

    it('is not given the credit for a port on which nobody listens', () => {
      expect(verdicts(to('free:9090'))).toEqual(['inconclusive not_listening unknown'])
    })

    it('is told once: the canary passed, or failed under deny-all on every node', () => {
      expect(ran.events.filter(({ kind }) => kind === 'canary').length).toBe(1)
      expect(new Set(ran.canaries.map(({ ok }) => ok))).toEqual(new Set([mode !== 'none']))
      if (mode === 'none')
        expect(new Set(ran.canaries.map(({ steps }) => steps[1]?.saw))).toEqual(new Set(['connected']))
    })

    it('has shown that it knows each source before its blocks count', () => {
      if (mode === 'none') return
      const told = to('shut').map(({ control }) => control.map(({ sentence }) => sentence).join('\n'))
      for (const each of told) expect(each).toMatch(/policies know the source \(canary, \d+\.\d s after its address\)/)
    })
  },
)
