import { describe, expect, it } from 'vitest'
import { classesOf, type IdentityClass } from '../../../policy/engine/classes.ts'
import { compile } from '../../../policy/engine/compile.ts'
import { type MatrixOptions, matrix } from '../../../policy/engine/matrix.ts'
import { verdictOf } from '../../../policy/engine/predict.ts'
import type { PolicyWorld } from '../../../policy/engine/world.ts'
import { netpol, pod, town } from './town.ts'

const names = ({ pods }: IdentityClass) => pods.map((each) => `${each.pod.namespace}/${each.pod.name}`).join()
const folded = (world: PolicyWorld) => classesOf(compile(world)).map(names)
const cells = (world: PolicyWorld, options: MatrixOptions = {}) =>
  [...matrix(compile(world), options)].map(
    ({ from, to, port, protocol, verdict }) => `${names(from)} > ${names(to)}:${port}/${protocol} ${verdict}`,
  )
const labels = { app: 'web' }
const twins = [pod('x/a', { labels }), pod('x/b', { labels }), pod('y/c', { labels })]
const block = (cidr: string) => netpol('z/p', { ingress: [{ from: [{ ipBlock: { cidr } }] }] })

describe('identity classes', () => {
  it('fold pods of one namespace with the same labels and named ports', () => {
    expect(folded(town([], { pods: twins }))).toEqual(['x/a,x/b', 'y/c'])
    const [first, second] = [{ ...twins[0]!, ports: [] }, twins[1]!]
    expect(folded(town([], { pods: [first, second] }))).toEqual(['x/a', 'x/b'])
  })
  it('part pods that some ipBlock tells apart', () => {
    expect(folded(town([block('10.244.0.0/24')], { pods: twins.slice(0, 2) }))).toEqual(['x/a,x/b'])
    expect(folded(town([block('10.244.0.10/32')], { pods: twins.slice(0, 2) }))).toEqual(['x/a', 'x/b'])
  })
  it('part pods by node where one is on the host’s network, and leave out pods without address', () => {
    const onHost = pod('z/c', { hostNetwork: true, addresses: ['172.18.0.3'] })
    expect(folded(town([], { pods: [...twins, onHost] }))).toEqual(['x/a', 'x/b', 'y/c', 'z/c'])
    expect(folded(town([], { pods: [pod('x/a', { addresses: [] })] }))).toEqual([])
  })
})

describe('the matrix', () => {
  it('goes to every port that the destination declares, within a class too, and never from a lone pod to itself', () => {
    const policy = netpol('x/p', { ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] })
    expect(cells(town([policy], { pods: twins }))).toEqual([
      'x/a,x/b > x/a,x/b:80/TCP allow',
      'x/a,x/b > x/a,x/b:53/UDP deny',
      'x/a,x/b > y/c:80/TCP allow',
      'x/a,x/b > y/c:53/UDP allow',
      'y/c > x/a,x/b:80/TCP deny',
      'y/c > x/a,x/b:53/UDP deny',
    ])
  })
  it('takes other ports, a family and chosen classes where asked', () => {
    const sockets = [{ port: 9, protocol: 'SCTP' }] as const
    const world = town([], { pods: [pod('x/a', { addresses: ['10.244.0.10', 'fd00::10'] }), pod('y/b')] })
    expect(cells(world, { sockets })).toEqual(['x/a > y/b:9/SCTP allow', 'y/b > x/a:9/SCTP allow'])
    expect(cells(world, { sockets, family: 6 })).toEqual([])
    const compiled = compile(world)
    expect([...matrix(compiled, { sockets, classes: classesOf(compiled).slice(0, 1) })]).toEqual([])
  })
  it('says what a single question says', () => {
    const policies = [
      netpol('x/p', { ingress: [{ from: [{ namespaceSelector: { matchLabels: { ns: 'y' } } }] }] }),
      block('10.244.1.0/24'),
    ]
    const onHost = pod('z/a', { hostNetwork: true, addresses: ['172.18.0.3'], node: 'n1' })
    const pods = [...town([]).pods.filter(({ name, namespace }) => `${namespace}/${name}` !== 'z/a'), onHost]
    const compiled = compile(town(policies, { pods }))
    const verdicts = new Set<string>()
    for (const { from, to, port, protocol, verdict } of matrix(compiled)) {
      const [source, target] = [from.pods[0]!.pod, to.pods.at(-1)!.pod]
      const single = verdictOf(
        { from: { kind: 'given', pod: source }, to: { kind: 'given', pod: target }, port, protocol },
        compiled,
      )
      expect(single).toMatchObject({ verdict })
      verdicts.add(verdict)
    }
    expect(verdicts).toEqual(new Set(['allow', 'deny']))
  })
})
