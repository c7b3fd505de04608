import { listed } from '../../fabric/lookup/listed.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { Pod } from '../../fabric/world.ts'
import type { Path } from '../../policy/field.ts'
import { matchesSelector } from '../../policy/selector.ts'
import type { LabelSelector, Labels } from '../../policy/types.ts'
import type { Context } from '../context.ts'
import { peersIn } from '../policy-rules.ts'
import type { Rule } from '../rule.ts'

/** `NotIn` also matches if the label is absent (docs/semantics.md, rule 25). */
export const notInMatchesUnlabelled: Rule = {
  id: 'not-in-matches-unlabelled',
  severity: 'info',
  summary: 'NotIn in a selector, which also matches the pods or namespaces that lack the label',
  restsOnPresence: true,
  *find(context) {
    for (const { object, path, selector, candidates } of selectorsIn(context)) {
      for (const [index, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
        if (operator !== 'NotIn') continue
        const lacking = candidates()
          .filter(({ labels }) => !Object.hasOwn(labels, key) && matchesSelector(selector, labels))
          .map(({ name }) => name)
        if (lacking.length === 0) continue
        const message = `NotIn matches what has no label ${key} too: ${listed(lacking)}`
        const fix = `if only another ${key} than ${values.join(' or ')} is meant, add {key: ${key}, operator: Exists}`
        yield { object, path: [...path, 'matchExpressions', index], message, fix }
      }
    }
  },
}

interface SelectorAt {
  readonly object: ManifestObject
  readonly path: Path
  readonly selector: LabelSelector
  /** The objects that it may match, with all their labels. */
  readonly candidates: () => readonly { readonly labels: Labels; readonly name: string }[]
}

function selectorsIn(context: Context): SelectorAt[] {
  const { policies, population, world } = context
  const own = policies.map(({ policy: { namespace, podSelector }, object }) => ({
    object,
    path: ['spec', 'podSelector'],
    selector: podSelector,
    candidates: () => named(population.select(namespace, podSelector)),
  }))
  const namespaces = world.namespaces
    .filter(({ labelsKnown, place }) => labelsKnown && place !== undefined)
    .map(({ name, labels }) => ({ labels, name: `namespace ${name}` }))
  const ofPeers = peersIn(context).flatMap(({ policy, object, peer, peerPath }): SelectorAt[] => {
    const matched = () => named(population.peersOf(policy.namespace, peer))
    return [
      { object, path: [...peerPath, 'podSelector'], selector: peer.podSelector ?? {}, candidates: matched },
      {
        object,
        path: [...peerPath, 'namespaceSelector'],
        selector: peer.namespaceSelector ?? {},
        candidates: () => namespaces,
      },
    ]
  })
  return [...own, ...ofPeers]
}

function named(pods: readonly Pod[]) {
  return pods
    .filter(({ place }) => place !== undefined)
    .map(({ labels, workload, namespace }) => ({
      labels,
      name: `${workload.kind.toLowerCase()}/${workload.name} in ${namespace}`,
    }))
}
