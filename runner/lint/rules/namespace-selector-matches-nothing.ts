import { nameLabel } from '../../../fabric/manifests/namespaces.ts'
import type { ManifestObject } from '../../../fabric/manifests/object.ts'
import type { Path } from '../../../policy/field.ts'
import { describeSelector } from '../../../policy/selector.ts'
import type { LabelSelector } from '../../../policy/types.ts'
import { missingNamespace } from '../../names/missing.ts'
import type { Context } from '../context.ts'
import { peersIn } from '../policy-rules.ts'
import type { Edit, Found, Rule } from '../rule.ts'

/** Typical: `name: ingress-nginx`, a label that nobody gave the namespace, instead of `kubernetes.io/metadata.name`. */
export const namespaceSelectorMatchesNothing: Rule = {
  id: 'namespace-selector-matches-nothing',
  severity: 'warning',
  summary: 'a namespaceSelector that matches no namespace',
  *find(context) {
    for (const { object, peer, peerPath } of peersIn(context)) {
      const selector = peer.namespaceSelector
      if (selector === undefined || context.population.namespacesOf(selector).length > 0) continue
      const path = [...peerPath, 'namespaceSelector']
      yield { object, path: placeOf(path, selector), ...explain(selector, { context, object, path }) } satisfies Found
    }
  },
}

interface At {
  readonly context: Context
  readonly object: ManifestObject
  readonly path: Path
}

/** The label itself where there is one. */
function placeOf(path: Path, { matchLabels = {}, matchExpressions = [] }: LabelSelector): Path {
  const [key, ...more] = Object.keys(matchLabels)
  return key === undefined || more.length + matchExpressions.length > 0 ? path : [...path, 'matchLabels', key]
}

function explain(selector: LabelSelector, at: At): Omit<Found, 'object' | 'path'> {
  const { namespaces } = at.context.world
  const nothing = `there are no ${describeSelector(selector, 'namespaces')}: this peer matches nobody`
  const { name, [nameLabel]: given, ...others } = selector.matchLabels ?? {}
  if (Object.keys(others).length + (selector.matchExpressions ?? []).length > 0) return { message: nothing }
  if (given !== undefined && name === undefined) return unknownName(given, at.context)
  if (name === undefined || given !== undefined) return { message: nothing }
  const named = namespaces.find((each) => each.name === name)
  return {
    message: `${nothing}; Kubernetes sets ${nameLabel}, and not name`,
    fix: `write ${nameLabel}: ${name}`,
    edits: named === undefined ? [] : renamed(name, at),
  }
}

/** A namespace that the input does not have may be in the cluster all the same: a slip is likely only where a name is near. */
function unknownName(given: string, { world, live }: Context): Omit<Found, 'object' | 'path'> {
  const { sentence, near: fix } = missingNamespace(given, world)
  if (fix !== undefined || live) return { message: `${sentence}: this peer matches nobody`, fix }
  return {
    severity: 'info',
    message: `namespace ${given} is not among these objects: whether this peer matches is not known`,
  }
}

/** Safe because the namespace is there and nobody has the label that stands there now. */
function renamed(name: string, { context, object, path }: At): Edit[] {
  const place = object.at([...path, 'matchLabels', 'name'], 'key')
  const taken = context.world.namespaces.some(({ labels }) => labels['name'] === name)
  if (place === undefined || taken) return []
  return [{ place, ways: ['name', '"name"', "'name'"].map((old) => ({ old, replacement: nameLabel })) }]
}
