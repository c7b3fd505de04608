import { expect, test } from 'vitest'
import { evidenceOf } from '../../../runner/report/evidence.ts'
import { pathsByCause } from './causes.ts'
import { blockedPath, endpoint, openPath, outcome, path } from './events.ts'

const evidence = (...args: Parameters<typeof evidenceOf>) =>
  Object.fromEntries(evidenceOf(...args).map(({ label, lines }) => [label, lines]))

test('an IPv6 address stands in brackets', () => {
  const observed = outcome('connect_rejected', { address: 'fd00::7', port: 5432, attempts: 2 })
  const { seen } = evidence(blockedPath({ observed, endpoints: [endpoint({ address: 'fd00::7', ready: false })] }))
  expect(seen).toEqual([
    '[fd00::7]:5432 (shop-data/postgres-0 on n1 not ready): rejected on the way (connect_rejected), 3 of 3, 1.8 ms, 2 attempts',
  ])
})

test('a control that was not had, or showed otherwise, says so', () => {
  const control = [
    { shown: true, kind: 'inside', sentence: 'a' },
    { shown: false, kind: 'canary-listener', sentence: 'b' },
    { shown: undefined, kind: 'none', sentence: 'c' },
  ] as const
  expect(evidence(path({ control })).control).toEqual(['a', 'no: b', 'not known: c'])
  expect(evidence(path({ control: [...control, control[0]] })).control).toEqual(['a', 'no: b', 'not known: c'])
})

test('a prediction has its verdict and a line per rule', () => {
  expect(evidence(path({ predicted: { verdict: 'deny', evidence: ['first', 'second'] } })).predicted).toEqual([
    'deny: first',
    'second',
  ])
  expect(evidence(path({ predicted: { verdict: 'undefined', evidence: ['why'] } })).predicted).toEqual([
    'undefined: why',
  ])
  const told = { predicted: { verdict: 'deny', evidence: ['first', 'second'] }, explanation: ['first'] } as const
  expect(evidence(path(told)).predicted).toEqual(['deny', 'second'])
})

test('a name that did not resolve is told with every question, and not twice', () => {
  const { seen, DNS } = evidence(pathsByCause.dns)
  expect(seen).toBeUndefined()
  expect(DNS).toEqual([
    'no name server answers (dns_timeout), asked 10.96.0.10',
    'TIMEOUT: api.shop-front.svc.cluster.local, api',
  ])
})

test('the virtual address of a Service and a node are named', () => {
  const endpoints = [
    endpoint({ address: '10.96.0.31', pod: undefined, node: undefined, service: 'shop-data/pg', ready: undefined }),
    endpoint({ address: '172.18.0.3', pod: undefined, state: 'unknown', reason: 'not_run', open: 0, of: 1 }),
  ]
  expect(evidence(openPath({ endpoints })).seen?.slice(1)).toEqual([
    'open 3 of 3 (connected)  10.96.0.31:5432/TCP Service shop-data/pg',
    'not known (not_run)      172.18.0.3:5432/TCP node n1',
  ])
})

test('a name and an address of a Service are left out where all that is behind them is blocked', () => {
  const shut = endpoint({ state: 'blocked', reason: 'connect_timeout', open: 0 })
  const unknown = { pod: undefined, state: 'unknown', reason: 'connect_timeout', open: 0 } as const
  const name = endpoint({ ...unknown, address: 'pg.shop-data.svc.cluster.local', node: undefined })
  const virtual = endpoint({ ...unknown, address: '10.96.0.31', node: undefined, service: 'shop-data/pg' })
  const seen = (...endpoints: (typeof shut)[]) => evidence(blockedPath({ endpoints })).seen?.join('\n') ?? ''
  expect(seen(name, virtual, shut, shut)).not.toContain('not known')
  expect(seen(name, virtual, shut, shut).match(/blocked/g)).toHaveLength(2)
  expect(seen(name, endpoint({}), shut)).toContain('not known')
})

test('what the machine said stands behind what was seen', () => {
  expect(evidence(pathsByCause.tls).seen).toEqual([
    '10.96.0.12:443: connected, the certificate is not valid now (tls_expired), 1.8 ms: certificate has expired',
  ])
})

test('addresses that are not as they should be come first, and many that are alike share a line', () => {
  const alike = Array.from({ length: 7 }, (_, index) => endpoint({ address: `10.0.0.${index}`, of: 1, open: 1 }))
  const bad = endpoint({ address: '10.0.0.9', state: 'blocked', reason: 'connect_timeout', open: 0 })
  const crowd = alike.map(({ address }) => `${address}:5432/TCP`).join(', ')
  expect(evidence(path({ endpoints: [...alike, bad] })).seen?.slice(1)).toEqual([
    'blocked (connect_timeout)  10.0.0.9:5432/TCP shop-data/postgres-0 on n1',
    `open (connected)           7 addresses: ${crowd}`,
  ])
  const leak = endpoint({ address: '10.0.0.8', state: 'leak', open: 1 })
  expect(evidence(openPath({ endpoints: [bad, leak] })).seen?.slice(1)).toEqual([
    'leaks 1 of 3 (connected)   10.0.0.8:5432/TCP shop-data/postgres-0 on n1',
    'blocked (connect_timeout)  10.0.0.9:5432/TCP shop-data/postgres-0 on n1',
  ])
})
