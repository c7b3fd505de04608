import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../../policy/parse.ts'

const nowhere = () => undefined
const policyOf = (spec: unknown) => {
  const raw = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'p', namespace: 'x' },
    spec,
  }
  return parsePolicy(raw, nowhere)
}
const accepted = (spec: unknown) => {
  const { policy, problems } = policyOf(spec)
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  return policy!
}

describe('parsePolicy', () => {
  it('rule 1: podSelector absent, null or empty selects all pods', () => {
    for (const spec of [{}, { podSelector: null }, { podSelector: {} }, undefined])
      expect(accepted(spec).podSelector).toEqual({})
  })
  it('rule 2: an absent namespace is default', () => {
    const { policy } = parsePolicy({ metadata: { name: 'p' }, spec: {} }, nowhere)
    expect(policy?.namespace).toBe('default')
  })
  it('rule 8: policyTypes absent or empty are Ingress, and Egress where there are egress rules', () => {
    expect(accepted({ egress: [] }).policyTypes).toEqual(['ingress'])
    expect(accepted({ policyTypes: [], egress: [{}] }).policyTypes).toEqual(['ingress', 'egress'])
    expect(accepted({ policyTypes: null }).policyTypes).toEqual(['ingress'])
  })
  it('rule 9: only egress rules also isolate ingress', () => {
    expect(accepted({ egress: [{}] })).toMatchObject({ policyTypes: ['ingress', 'egress'], ingress: [] })
  })
  it('rule 10: rules of a direction that policyTypes leaves out have no effect, with a warning', () => {
    const { policy, problems } = policyOf({ policyTypes: ['Egress'], ingress: [{}] })
    expect(policy?.policyTypes).toEqual(['egress'])
    expect(problems).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('spec.ingress: these rules have no effect') },
    ])
  })
  it('rule 12: ingress absent, null and [] are no rule', () => {
    for (const ingress of [undefined, null, []]) expect(accepted({ ingress }).ingress).toEqual([])
  })
  it('rule 13: ingress [{}] is one rule without restriction, and so is [null]', () => {
    for (const ingress of [[{}], [null]]) expect(accepted({ ingress }).ingress).toEqual([{ peers: [], ports: [] }])
  })
  it('rule 14: from and ports absent, null and [] restrict nothing', () => {
    for (const empty of [undefined, null, []]) {
      expect(accepted({ ingress: [{ from: empty, ports: empty }] }).ingress).toEqual([{ peers: [], ports: [] }])
    }
  })
  it('rules 19 and 20: both selectors in one peer stay together, two peers stay apart', () => {
    const [a, b] = [{ matchLabels: { a: '1' } }, { matchLabels: { b: '2' } }]
    const both = accepted({ ingress: [{ from: [{ podSelector: a, namespaceSelector: b }] }] })
    expect(both.ingress[0]?.peers).toEqual([{ podSelector: a, namespaceSelector: b }])
    const apart = accepted({ ingress: [{ from: [{ podSelector: a }, { namespaceSelector: b }] }] })
    expect(apart.ingress[0]?.peers).toEqual([{ podSelector: a }, { namespaceSelector: b }])
  })
  it('rule 21: podSelector null beside a namespaceSelector is absent', () => {
    const policy = accepted({ ingress: [{ from: [{ podSelector: null, namespaceSelector: {} }] }] })
    expect(policy.ingress[0]?.peers).toEqual([{ namespaceSelector: {} }])
  })
  it('rules 36 and 37: a port item without protocol is TCP, one without port is all of them', () => {
    const { ports } = accepted({
      ingress: [{ ports: [{ port: 53 }, {}, { protocol: 'UDP' }, { port: 'http', protocol: 'TCP' }] }],
    }).ingress[0]!
    expect(ports).toEqual([
      { protocol: 'TCP', port: 53 },
      { protocol: 'TCP' },
      { protocol: 'UDP' },
      { protocol: 'TCP', port: 'http' },
    ])
  })
  it('rule 40: endPort may equal port', () => {
    expect(accepted({ egress: [{ ports: [{ port: 80, endPort: 80 }] }] }).egress[0]?.ports).toEqual([
      { protocol: 'TCP', port: 80, endPort: 80 },
    ])
  })
  it('rule 35: host bits are masked with a warning, and refused from Kubernetes 1.36 on', () => {
    const raw = {
      metadata: { name: 'p' },
      spec: { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.5/24', except: ['10.0.0.9/30'] } }] }] },
    }
    const old = parsePolicy(raw, nowhere, { kubernetes: 'v1.35.2' })
    expect(old.policy?.egress[0]?.peers).toEqual([{ ipBlock: { cidr: '10.0.0.0/24', except: ['10.0.0.8/30'] } }])
    expect(old.problems.map(({ severity, hint }) => [severity, hint])).toEqual([
      ['warning', 'write 10.0.0.0/24'],
      ['warning', 'write 10.0.0.8/30'],
    ])
    const strict = parsePolicy(raw, nowhere, { kubernetes: '1.36' })
    expect(strict.policy).toBeUndefined()
    expect(strict.problems.map(({ severity }) => severity)).toEqual(['error', 'error'])
  })
  it('accepts the same policy type twice', () => {
    expect(accepted({ policyTypes: ['Ingress', 'Ingress'] }).policyTypes).toEqual(['ingress'])
  })
  it('reads a label without a value as the empty string, as Go does, and says so', () => {
    const { policy, problems } = policyOf({ podSelector: { matchLabels: { app: null } } })
    expect(policy?.podSelector).toEqual({ matchLabels: { app: '' } })
    expect(problems[0]?.severity).toBe('warning')
  })
})
