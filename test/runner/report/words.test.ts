import { expect, test } from 'vitest'
import { claim, timeText } from '../../../runner/report/words.ts'
import { pathsByCause } from './causes.ts'
import { blockedPath, outcome, path } from './events.ts'

test('what was seen is told in words for every cause', () => {
  const claims = Object.entries(pathsByCause).map(([cause, result]) => [cause, claim(result)])
  expect(Object.fromEntries(claims)).toEqual({
    policy: 'expected blocked, saw open',
    enforcement: 'expected blocked, saw open',
    open: 'expected blocked, saw open',
    leak: 'expected blocked, saw partly open',
    blocked: 'expected allowed, saw blocked',
    partly_open: 'expected allowed, saw partly open',
    dns: 'expected allowed, saw no answer of DNS',
    not_listening: 'expected blocked, not shown',
    target_gone: 'expected blocked, not shown',
    no_such_name: 'expected allowed, saw NXDOMAIN',
    no_such_port: 'expected allowed, not reached',
    no_endpoints: 'expected blocked, not shown',
    service: 'expected blocked, saw open',
    tls: 'expected allowed, saw a certificate that is not valid now',
    http: 'expected status 200, saw HTTP 503',
    closed: 'expected allowed, saw open',
    answer: 'expected NXDOMAIN, saw 10.96.0.12',
    unenforced: 'expected allowed, saw open',
    unexpected_pass: 'expected allowed, saw open',
    unexplained_block: 'expected blocked, saw blocked',
    not_run: 'expected blocked, not shown',
    self: 'expected blocked, not shown',
    no_control: 'expected blocked, not shown',
    no_route: 'expected blocked, not shown',
    source_dead: 'expected blocked, not shown',
    source_missing: 'expected blocked, not shown',
    not_enforced: 'expected blocked, saw open',
    late_policies: 'expected blocked, not shown',
    intercepted: 'expected blocked, not shown',
    overflow: 'expected blocked, not shown',
    not_simulated: 'expected blocked, not shown',
    world_changed: 'expected blocked, not shown',
  })
})

test('a refusal at layer 7 is told as the server gave it, an answer of HTTP never as one of DNS', () => {
  const http = { status: 403, headers: {}, body: '', url: 'http://api/' }
  expect(claim(blockedPath({ observed: outcome('http_status', { http }) }))).toBe('expected blocked, saw HTTP 403')
  const dns = { questions: [], records: [{ name: 'api', type: 'A', data: '10.96.0.12', ttl: 5 }] }
  expect(claim(path({ observed: outcome('answered', { phase: 'response', dns }) }))).toBe('expected allowed, saw open')
})

test('without packets nothing is said to be reached or not: what was predicted is', () => {
  const predicted = { status: 'fail', seen: 'unknown', observed: undefined } as const
  const allow = { verdict: 'allow', evidence: ['no policy limits it'] } as const
  const deny = { verdict: 'deny', evidence: ['no rule admits it'] } as const
  const claims = [
    claim(blockedPath({ ...predicted, cause: 'policy', predicted: allow })),
    claim(path({ ...predicted, cause: 'policy', predicted: deny })),
    claim(path({ ...predicted, cause: 'dns', predicted: deny })),
    claim(path({ ...predicted, cause: 'partly_open', predicted: allow })),
    claim(path({ ...predicted, cause: 'answer', expect: 'NXDOMAIN', predicted: allow })),
  ]
  expect(claims).toEqual([
    'expected blocked, predicted allow',
    'expected allowed, predicted deny',
    'expected allowed, predicted that its name does not resolve',
    'expected allowed, predicted partly open',
    'expected NXDOMAIN, predicted another answer',
  ])
})

test('an answer is its records without the aliases on the way', () => {
  const records = [
    { name: 'api', type: 'CNAME', data: 'lb.example', ttl: 5 },
    { name: 'lb.example', type: 'A', data: '10.0.0.1', ttl: 5 },
    { name: 'lb.example', type: 'A', data: '10.0.0.2', ttl: 5 },
  ]
  const observed = outcome('answered', { phase: 'resolve', dns: { questions: [], records } })
  expect(claim(path({ expect: 'NXDOMAIN', observed }))).toBe('expected NXDOMAIN, saw 10.0.0.1, 10.0.0.2')
})

test.each([
  [0.4, '0.4 ms'],
  [12.34, '12 ms'],
  [999, '999 ms'],
  [3_504, '3.5 s'],
])('%d milliseconds are %s', (milliseconds, text) => {
  expect(timeText(milliseconds)).toBe(text)
})
