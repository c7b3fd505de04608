import { expect, test } from 'vitest'
import { denyEgress, denyIngress, namespace, pod, policy, service } from '../objects.ts'
import { measured } from './measured.ts'

const tcp = [{ port: 8080, protocol: 'TCP' }] as const

test('every pod is asked on each port of every other one, and not on its own', async () => {
  const { told } = await measured([pod('a/web'), pod('b/db'), denyIngress('b/none')])
  expect(told).toEqual([
    'a/web -> b/db:8080/TCP blocked',
    'a/web -> b/db:8080/UDP blocked',
    'b/db -> a/web:8080/TCP open',
    'b/db -> a/web:8080/UDP open',
  ])
})

test('a port on which nobody listens is unknown, with or without a policy, and so is SCTP', async () => {
  const ports = [
    ...tcp,
    { port: 81, protocol: 'TCP' },
    { port: 81, protocol: 'UDP' },
    { port: 8080, protocol: 'SCTP' },
  ] as const
  const { told, cells } = await measured([pod('a/web'), pod('b/db'), denyIngress('b/none')], { ports })
  expect(told).toEqual([
    'a/web -> b/db:8080/TCP blocked',
    'a/web -> b/db:81/TCP unknown not_listening',
    'a/web -> b/db:81/UDP unknown not_listening',
    'a/web -> b/db:8080/SCTP unknown sctp',
    'b/db -> a/web:8080/TCP open',
    'b/db -> a/web:81/TCP unknown not_listening',
    'b/db -> a/web:81/UDP unknown not_listening',
    'b/db -> a/web:8080/SCTP unknown sctp',
  ])
  expect(cells[1]?.cell.detail).toMatch(/^nothing listens on [\d.]+:81\/TCP/)
})

test('pods that wait for an address are unknown, pods that are not ready and those on the host network are measured', async () => {
  const waiting = { ...pod('a/waiting'), status: { phase: 'Pending' } }
  const host = pod('a/host', { ports: [9000], spec: { hostNetwork: true } })
  const { told } = await measured([waiting, pod('a/asleep', { ready: false }), host, denyIngress('a/none', 'asleep')])
  const some = told.filter((line) => line.includes('/TCP'))
  expect(some.toSorted()).toEqual([
    'a/asleep -> a/host:9000/TCP open',
    'a/asleep -> a/waiting:8080/TCP unknown no_address',
    // From the pod's own node nothing is held up (docs/semantics.md, rule 51).
    'a/host -> a/asleep:8080/TCP open',
    'a/host -> a/waiting:8080/TCP unknown no_address',
    'a/waiting -> a/asleep:8080/TCP unknown no_address',
    'a/waiting -> a/host:9000/TCP unknown no_address',
  ])
})

test('a source that is cut off blocks nothing, and a cluster that enforces nothing neither', async () => {
  const objects = [pod('a/web', { ports: [80] }), pod('b/db', { ports: [] })]
  const cut = { settings: { faults: [{ kind: 'link-down', pod: 'b/db' } as const] } }
  expect((await measured(objects, cut)).told).toEqual([
    'b/db -> a/web:80/TCP unknown source_dead',
    'b/db -> a/web:80/UDP unknown source_dead',
  ])
  const lax = { ports: tcp, settings: { enforcement: 'none' } as const }
  const { told } = await measured([pod('a/web'), pod('b/db'), denyIngress('b/none')], lax)
  expect(told).toEqual(['a/web -> b/db:8080/TCP open', 'b/db -> a/web:8080/TCP open'])
})

test('a denial by reset or ICMP is a block too, because the target answers from inside', async () => {
  const objects = [pod('a/web'), pod('b/db'), denyIngress('b/none')]
  const reset = await measured(objects, { ports: tcp, settings: { deny: 'refuse' } })
  expect(reset.told).toContain('a/web -> b/db:8080/TCP blocked connect_refused')
})

test('namespaces and labels choose sources and targets alike; pods that the lab adds come only with everything', async () => {
  const objects = [
    pod('a/web', { labels: { tier: 'x' } }),
    pod('a/db', { labels: { tier: 'x' } }),
    pod('a/log'),
    pod('b/web'),
  ]
  const selector = { matchLabels: { tier: 'x' } }
  const { told } = await measured(objects, { namespaces: ['a'], selector, ports: tcp })
  expect(told).toEqual(['a/web -> a/db:8080/TCP open', 'a/db -> a/web:8080/TCP open'])
  expect((await measured([pod('a/web')])).told).toEqual([])
  const { cells } = await measured([pod('a/web')], { everything: true })
  expect(new Set(cells.map(({ cell }) => cell.from.split('/')[0]))).toEqual(new Set(['a', 'kube-system']))
})

test('by IPv6 the same pods are asked at their other address', async () => {
  const four = pod('a/four', { addresses: ['10.244.0.9'] })
  const { told, cells } = await measured([pod('a/web'), pod('a/db'), four], { ports: tcp, family: 6 })
  expect(told).toContain('a/web -> a/db:8080/TCP open')
  expect(told).toContain('a/web -> a/four:8080/TCP unknown no_address')
  const connected = cells.flatMap(({ planned: { question } }) =>
    question.kind === 'pod' ? [question.plannedCheck.destination] : [],
  )
  expect(connected.every((destination) => destination.kind === 'pod' && destination.socket.family === 6)).toBe(true)
})

test('a Service is judged by its address and by every ready endpoint behind it', async () => {
  const ports = [{ port: 80, targetPort: 8080 }]
  const objects = [
    namespace('a'),
    pod('a/web', { ports: [] }),
    ...['api-1', 'api-2'].map((name) =>
      pod(`b/${name}`, { labels: { set: 'api', ...(name === 'api-1' ? { shut: 'yes' } : {}) } }),
    ),
    service('b/api', { selector: { set: 'api' }, ports }),
    service('b/shut', { selector: { shut: 'yes' }, ports }),
    pod('b/late', { ready: false, ports: [] }),
    service('b/none', { selector: { app: 'late' }, ports }),
    service('b/bare', { selector: { set: 'api' }, ports, clusterIP: 'None' }),
    policy('b/shut', { podSelector: { matchLabels: { shut: 'yes' } }, policyTypes: ['Ingress'] }),
  ]
  const { told, cells } = await measured(objects, { services: true })
  expect(told.filter((line) => line.includes('/service/') && !line.startsWith('b/late'))).toEqual([
    'a/web -> b/service/api:80/TCP open partly_open',
    'a/web -> b/service/shut:80/TCP blocked',
    'a/web -> b/service/none:80/TCP unknown no_endpoints',
    'a/web -> b/service/bare:8080/TCP open partly_open',
    'b/api-1 -> b/service/api:80/TCP open',
    'b/api-1 -> b/service/none:80/TCP unknown no_endpoints',
    'b/api-1 -> b/service/bare:8080/TCP open',
    'b/api-2 -> b/service/api:80/TCP blocked',
    'b/api-2 -> b/service/shut:80/TCP blocked',
    'b/api-2 -> b/service/none:80/TCP unknown no_endpoints',
    'b/api-2 -> b/service/bare:8080/TCP blocked',
  ])
  expect(cells.find(({ cell }) => cell.reason === 'no_endpoints')?.cell.detail).toBe(
    'Service b/none has no ready endpoints (1 not ready)',
  )
  expect(cells.find(({ cell }) => cell.reason === 'partly_open')?.cell.detail).toBe(
    'open at b/api-2; blocked at b/api-1',
  )
})

test('internalTrafficPolicy: Local without an endpoint on the node is no block', async () => {
  const near = (key: string, nodeName: string) =>
    pod(key, { spec: { nodeName }, ports: key.includes('api') ? [8080] : [] })
  const objects = [
    ...[near('a/web', 'n1'), near('a/far', 'n2'), near('b/api', 'n1')],
    service('b/api', { internalTrafficPolicy: 'Local' }),
  ]
  const { told, cells } = await measured(objects, { services: true })
  expect(told.filter((line) => line.includes('/service/'))).toEqual([
    'a/web -> b/service/api:80/TCP open',
    'a/far -> b/service/api:80/TCP unknown service',
  ])
  expect(cells.at(-1)?.cell.detail).toBe('internalTrafficPolicy: Local, and b/api has no ready endpoint on n2')
})

test('interrupted, it tells what it has: nothing that was not reached is open or blocked', async () => {
  const pods = Array.from({ length: 6 }, (_, index) => pod(`a/p${index}`, { ports: [8080] }))
  const { told } = await measured([...pods, denyIngress('a/none', 'p0'), denyEgress('a/mute', 'p1')], {
    ports: tcp,
    abortAfter: 1,
  })
  expect(told).toHaveLength(30)
  expect(told.filter((line) => line.includes('-> a/p0:')).every((line) => line.endsWith('unknown not_run'))).toBe(true)
  expect(told.some((line) => line.endsWith(' open'))).toBe(true)
})

test('where no pod is given nothing is dialled', async () => {
  expect((await measured([namespace('a')])).told).toEqual([])
})
