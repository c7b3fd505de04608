import fc from 'fast-check'
import { expect, it } from 'vitest'
import { classesOf } from '../../../policy/engine/classes.ts'
import { compile } from '../../../policy/engine/compile.ts'
import { endIn, matrix } from '../../../policy/engine/matrix.ts'
import { verdictOf } from '../../../policy/engine/predict.ts'
import { reachOf, unsure } from '../../../policy/engine/reach.ts'
import type { PolicyWorld } from '../../../policy/engine/world.ts'
import { systemOf } from './random-system.ts'
import { randomWorld } from './random-world.ts'

const sockets = ([80, 81, 53] as const).flatMap((port) =>
  (['TCP', 'UDP'] as const).map((protocol) => ({ port, protocol })),
)

/** Cells where a whole row and a question of its own differ, choices of implementations included. */
function differing(world: PolicyWorld, profile: Parameters<typeof compile>[1]): unknown[] {
  const [rows, single] = [compile(world, profile), compile(world, profile)]
  return [...matrix(rows, { sockets })].flatMap(({ from, to, port, protocol, verdict, dependsOn }) => {
    const [source, target] = [from.pods[0]!.pod, (from === to ? to.pods[1] : to.pods[0])!.pod]
    const queryEnd = ({ namespace, name }: typeof source) => ({ kind: 'pod', namespace, name }) as const
    const found = verdictOf({ from: queryEnd(source), to: queryEnd(target), port, protocol }, single)
    const same = 'verdict' in found && found.verdict === verdict && String(found.dependsOn) === String(dependsOn)
    return same ? [] : [{ from: source.name, to: target.name, port, protocol, verdict, dependsOn, found }]
  })
}

it('a matrix says of every cell what a question of its own says, and what it depends on', () => {
  const profiles = fc.constantFrom({}, { portable: true }, { ipBlockMatchesPods: false }, { endPort: false })
  fc.assert(
    fc.property(randomWorld, profiles, fc.boolean(), (random, profile, labelsKnown) => {
      const { world } = systemOf(random)
      const namespaces = world.namespaces.map((space) => ({ ...space, labelsKnown }))
      expect(differing({ ...world, namespaces }, profile)).toEqual([])
    }),
    { numRuns: 200 },
  )
})

it('a matrix leaves nodes, other tiers and IPv6 to the evaluator', () => {
  const deny = { action: 'Deny', peers: [{ kind: 'pods', namespaceSelector: {}, podSelector: {} }], ports: [] } as const
  const guard = {
    ...({ name: 'guard', tier: 'Admin', priority: 1, ingress: [deny], egress: [] } as const),
    subject: { namespaceSelector: {}, podSelector: { matchLabels: { app: 'a' } } },
  }
  fc.assert(
    fc.property(randomWorld, fc.boolean(), fc.boolean(), (random, onHost, sixOnly) => {
      const { world } = systemOf(random)
      const pods = world.pods.map((pod, at) => ({
        ...pod,
        hostNetwork: onHost && at === 0,
        addresses: sixOnly && at < 2 ? [`fd00::${at + 1}`] : pod.addresses,
      }))
      expect(differing({ ...world, pods, clusterPolicies: [guard] }, {})).toEqual([])
    }),
    { numRuns: 100 },
  )
})

it('a row says of one pod what is said of it alone, but where that is left to the evaluator', () => {
  fc.assert(
    fc.property(randomWorld, fc.constantFrom({}, { portable: true }, { endPort: false }), (random, profile) => {
      const compiled = compile(systemOf(random).world, profile)
      const ends = classesOf(compiled).map(({ actor }) => endIn(4, actor))
      const reach = reachOf(ends, compiled)
      const places = [...ends.keys()]
      const questions = sockets.flatMap((socket) =>
        (['ingress', 'egress'] as const).flatMap((direction) => places.map((own) => ({ socket, direction, own }))),
      )
      for (const { socket, direction, own } of questions) {
        const row = reach.row(direction, own, { socket })
        const alone = places.map((other) => reach.one(direction, own, { socket, other }))
        expect(alone.map((answer, at) => (answer === unsure ? row[at] : answer))).toEqual([...row])
      }
    }),
    { numRuns: 100 },
  )
})
