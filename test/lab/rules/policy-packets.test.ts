import { describe, expect, test } from 'vitest'
import type { Manifest } from '../../../fabric/fabric.ts'
import { connectSocket, node, openSmallLab, pod, podIn, service } from './small-lab.ts'

const [a, b, host] = ['10.1.0.1', '10.1.0.2', '172.18.0.2']

const policy = (name: string, spec: object): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { namespace: 'x', name },
  spec: { podSelector: {}, ...spec },
})

const base = [
  node('n1', [host, 'fd18::2']),
  node('n2', ['172.18.0.3', 'fd18::3']),
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } },
  pod('a', 'n1', [a, 'fd00::1']),
  pod('b', 'n2', [b, 'fd00::2']),
]

describe('policyRuleset, seen by packets', () => {
  test('rule 51: an isolated pod is reached from its own node, not from another one', async () => {
    await using lab = await openSmallLab([...base, policy('deny', { policyTypes: ['Ingress'] })])
    const own = await connectSocket(lab, { kind: 'node', node: 'n1' }, [`tcp://${a}:8080`, 'tcp://[fd00::1]:8080'])
    expect(own).toEqual([`x/a saw ${host}`, 'x/a saw fd18::2'])
    expect(await connectSocket(lab, { kind: 'node', node: 'n2' }, [`tcp://${a}:8080`])).toEqual(['connect_timeout'])
  })

  test('rule 52: what a pod sends to its own node is judged by its egress', async () => {
    const forbidding = policy('egress', { policyTypes: ['Egress'], podSelector: { matchLabels: { app: 'a' } } })
    await using lab = await openSmallLab([...base, forbidding], { deny: 'reject' })
    expect(await connectSocket(lab, podIn('a'), [`tcp://${host}:9999`, `tcp://${b}:8080`])).toEqual([
      'connect_rejected',
      'connect_rejected',
    ])
    expect(await connectSocket(lab, podIn('b'), [`tcp://172.18.0.3:9999`])).toEqual(['connect_refused'])
  })

  test('rule 56: an egress rule judges the pod’s port, after the Service’s translation', async () => {
    const objects = [...base, service('b', { selector: { app: 'b' }, clusterIP: '10.96.1.2' })]
    const to = (port: number) => policy('to', { policyTypes: ['Egress'], egress: [{ ports: [{ port }] }] })
    await using byTarget = await openSmallLab([...objects, to(8080)])
    expect(await connectSocket(byTarget, podIn('a'), ['tcp://10.96.1.2:80'])).toEqual([`x/b saw ${a}`])
    await using byService = await openSmallLab([...objects, to(80)])
    expect(await connectSocket(byService, podIn('a'), ['tcp://10.96.1.2:80'])).toEqual(['connect_timeout'])
  })

  test('rule 54: an isolated pod reaches itself through its Service', async () => {
    const objects = [...base, service('a', { selector: { app: 'a' }, clusterIP: '10.96.1.1' })]
    await using lab = await openSmallLab([...objects, policy('deny', { policyTypes: ['Ingress'] })])
    expect(await connectSocket(lab, podIn('a'), ['tcp://10.96.1.1:80'])).toEqual([`x/a saw ${host}`])
  })

  test.each([
    ['drop', 'connect_timeout', 'udp_silent'],
    ['reject', 'connect_rejected', 'udp_rejected'],
    ['refuse', 'connect_refused', 'udp_rejected'],
  ] as const)('deny: %s gives %s and %s', async (deny, tcp, udp) => {
    await using lab = await openSmallLab([...base, policy('deny', { policyTypes: ['Ingress'] })], { deny })
    expect(await connectSocket(lab, podIn('a'), [`tcp://${b}:8080`, `udp://${b}:5353`])).toEqual([tcp, udp])
  })

  test('a leak of 2 in 3 admits exactly 4 of 6 connections, whatever their repeated SYNs', async () => {
    const leak = { kind: 'leak', pod: 'x/b', every: 2, of: 3 } as const
    await using lab = await openSmallLab([...base, policy('deny', { policyTypes: ['Ingress'] })], { faults: [leak] })
    const said = await connectSocket(
      lab,
      podIn('a'),
      Array.from({ length: 6 }, () => `tcp://${b}:8080`),
    )
    expect(said.filter((each) => each === 'connect_timeout')).toHaveLength(2)
    expect(said.filter((each) => each === `x/b saw ${a}`)).toHaveLength(4)
  })
})
