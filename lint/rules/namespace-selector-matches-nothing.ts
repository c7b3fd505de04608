import { missingNamespace } from '../../fabric/lookup/missing.ts'
import { nameLabel } from '../../fabric/manifests/namespaces.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { World } from '../../fabric/world.ts'
import type { Path } from '../../policy/field.ts'
import { describeSelector } from '../../policy/selector.ts'
import { didYouMean } from '../../policy/suggest.ts'
import type { LabelSelector } from '../../policy/types.ts'
import type { Context } from '../context.ts'
import { peersIn } from '../policy-rules.ts'
import type { Edit, Found, Rule } from '../rule.ts'

/** Typical cause: `name: ingress-nginx`, a label that the namespace does not have, instead of `kubernetes.io/metadata.name`. */
export const namespaceSelectorMatchesNothing: Rule = {
  id: 'namespace-selector-matches-nothing',
  severity: 'warning',
  summary: 'a namespaceSelector that matches no namespace',
  *find(context) {
    /** Reports each unknown label only once. */
    const told = new Set<string>()
    for (const { object, peer, peerPath } of peersIn(context)) {
      const selector = peer.namespaceSelector
      if (selector === undefined || context.population.namespacesOf(selector).length > 0) continue
      const path = [...peerPath, 'namespaceSelector']
      const found = explain(selector, { context, object, path })
      const label = describeSelector(selector, 'namespaces')
      if (found.severity === 'info' && told.has(label)) continue
      told.add(label)
      yield { object, path: placeOf(path, selector), ...found } satisfies Found
    }
  },
}

interface At {
  readonly context: Context
  readonly object: ManifestObject
  readonly path: Path
}

/** The path of the label, if there is one. */
function placeOf(path: Path, { matchLabels = {}, matchExpressions = [] }: LabelSelector): Path {
  const [key, ...more] = Object.keys(matchLabels)
  return key === undefined || more.length + matchExpressions.length > 0 ? path : [...path, 'matchLabels', key]
}

function explain(selector: LabelSelector, at: At): Omit<Found, 'object' | 'path'> {
  const { world, live } = at.context
  const nothing = `there are no ${describeSelector(selector, 'namespaces')}: this peer matches nobody`
  const { name, [nameLabel]: given, ...others } = selector.matchLabels ?? {}
  const isPlain = Object.keys(others).length + (selector.matchExpressions ?? []).length === 0
  if (isPlain && given !== undefined && name === undefined) return unknownName(given, at.context)
  const named = isPlain && given === undefined ? world.namespaces.find((each) => each.name === name) : undefined
  if (name !== undefined && named !== undefined && (live || named.labelsKnown)) {
    const message = `${nothing}; Kubernetes sets ${nameLabel}, and not name`
    return { message, fix: `write ${nameLabel}: ${name}`, edits: renamed(name, at) }
  }
  if (live) return { message: nothing }
  const near = nearestLabel(selector, world)
  if (near !== undefined) return { message: nothing, fix: near }
  return unknownLabel(selector, isPlain && given === undefined ? name : undefined)
}

/** Finds a label that the input's namespaces have with another value, if the written one is probably a typo of it. */
function nearestLabel({ matchLabels = {} }: LabelSelector, { namespaces }: World): string | undefined {
  const hints = Object.entries(matchLabels).flatMap(([key, value]) => {
    const values = namespaces.flatMap(({ labels }) => labels[key] ?? [])
    return values.includes(value) ? [] : (didYouMean(value, values) ?? [])
  })
  return hints[0]
}

/** The label may belong to namespaces that are not in the input, or whose name alone is known. */
function unknownLabel(selector: LabelSelector, name: string | undefined): Omit<Found, 'object' | 'path'> {
  const label = describeSelector(selector, 'namespaces')
  const usual = name === undefined ? '' : `; Kubernetes sets ${nameLabel}, and not name`
  return {
    severity: 'info',
    message: `no Namespace object is given of ${label}: whether peers by this selector match is not known${usual}`,
    fix: `give the Namespace objects too: kubectl get namespaces -o yaml${name === undefined ? '' : `, or write ${nameLabel}: ${name}`}`,
  }
}

/** A namespace that is not in the input may still exist in the cluster. A typo is likely only if a similar name exists. */
function unknownName(given: string, { world, live }: Context): Omit<Found, 'object' | 'path'> {
  const { sentence, near: fix } = missingNamespace(given, world)
  if (fix !== undefined || live) return { message: `${sentence}: this peer matches nobody`, fix }
  return {
    severity: 'info',
    message: `namespace ${given} is not among these objects: whether this peer matches is not known`,
  }
}

/** Safe because the namespace exists and no namespace has the label as written. */
function renamed(name: string, { context, object, path }: At): Edit[] {
  const place = object.at([...path, 'matchLabels', 'name'], 'key')
  const taken = context.world.namespaces.some(({ labels }) => labels['name'] === name)
  if (place === undefined || taken) return []
  return [{ place, ways: ['name', '"name"', "'name'"].map((old) => ({ old, replacement: nameLabel })) }]
}
