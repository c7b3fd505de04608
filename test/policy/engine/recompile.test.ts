import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compile } from '../../../policy/engine/compile.ts'
import { differences, differencesAfterEdits } from '../../../policy/engine/difference.ts'
import { type Edit, withEdits } from '../../../policy/engine/edits.ts'
import { recompile } from '../../../policy/engine/recompile.ts'
import type { PolicyWorld } from '../../../policy/engine/world.ts'
import { systemOf } from './random-system.ts'
import { randomWorld } from './random-world.ts'

/** One edit of each kind, at a place that a number names; the new policy has networks that no policy had. */
function editsOf({ policies, pods, namespaces }: PolicyWorld, seed: number): Edit[] {
  const [policy, pod, space] = [policies, pods, namespaces].map((list) => list[seed % list.length]) as [
    PolicyWorld['policies'][number] | undefined,
    PolicyWorld['pods'][number],
    PolicyWorld['namespaces'][number],
  ]
  const what = ''
  const added = {
    ...{ namespace: pod.namespace, name: 'added', podSelector: {}, policyTypes: ['ingress'] as const, egress: [] },
    ingress: [{ peers: [{ ipBlock: { cidr: '10.0.0.0/9' } }], ports: [] }],
  }
  return [
    ...(policy === undefined
      ? []
      : [{ kind: 'change policy', before: policy, after: { ...policy, podSelector: {} }, what } as const]),
    { kind: 'add policy', policy: added, what },
    { kind: 'label pods', namespace: pod.namespace, names: [pod.name], labels: { app: 'z' }, what },
    { kind: 'label namespace', namespace: space.name, labels: { team: 'z' }, what },
  ]
}

it('a world that was edited differs from the one before as one that is compiled anew', () => {
  const options = { outside: '198.51.100.1' }
  fc.assert(
    fc.property(randomWorld, fc.nat(), fc.boolean(), (random, seed, together) => {
      const { world } = systemOf(random)
      const before = compile(world)
      const changesBy = differencesAfterEdits(before, options)
      const all = editsOf(world, seed)
      for (const edits of together ? [all] : all.map((edit) => [edit])) {
        const anew = compile(withEdits(world, edits))
        expect([...changesBy(recompile(before, edits))]).toEqual([...differences(compile(world), anew, options)])
      }
    }),
    { numRuns: 150 },
  )
})

it('after edits an address leads to the pod as it is then', () => {
  fc.assert(
    fc.property(randomWorld, fc.nat(), (random, seed) => {
      const { world } = systemOf(random)
      const edits = editsOf(world, seed).filter(({ kind }) => kind !== 'add policy')
      const { compiled } = recompile(compile(world), edits)
      const anew = compile(withEdits(world, edits))
      expect([...compiled.byAddress.keys()]).toEqual([...anew.byAddress.keys()])
      for (const [address, owner] of anew.byAddress) {
        if (owner.kind !== 'pod') continue
        const name = `${owner.pod.namespace}/${owner.pod.name}`
        expect(compiled.byAddress.get(address)).toBe(compiled.pods.get(name))
        expect(compiled.pods.get(name)!.pod).toEqual(owner.pod)
      }
    }),
    { numRuns: 50 },
  )
})
