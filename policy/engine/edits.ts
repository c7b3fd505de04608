import type { Labels, NetworkPolicy } from '../types.ts'
import type { PolicyWorld } from './world.ts'

/** One change of an object. `undefined` as the value of a label removes the label. */
export type Edit =
  | {
      readonly kind: 'change policy'
      readonly before: NetworkPolicy
      readonly after: NetworkPolicy
      readonly what: string
    }
  | { readonly kind: 'add policy'; readonly policy: NetworkPolicy; readonly what: string }
  | {
      readonly kind: 'label pods'
      readonly namespace: string
      /** The names of all pods of the namespace that have the same labels. */
      readonly names: readonly string[]
      readonly labels: Readonly<Record<string, string | undefined>>
      readonly what: string
    }
  | {
      readonly kind: 'label namespace'
      readonly namespace: string
      readonly labels: Readonly<Record<string, string | undefined>>
      readonly what: string
    }

/** Returns the world with the edits applied in order. */
export function withEdits<World extends PolicyWorld>(world: World, edits: readonly Edit[]): World {
  return edits.reduce((changed, edit) => withEdit(changed, edit), world)
}

function withEdit<World extends PolicyWorld>(world: World, edit: Edit): World {
  switch (edit.kind) {
    case 'change policy':
      return { ...world, policies: world.policies.map((policy) => (policy === edit.before ? edit.after : policy)) }
    case 'add policy':
      return { ...world, policies: [...world.policies, edit.policy] }
    case 'label pods': {
      const names = new Set(edit.names)
      const pods = world.pods.map((pod) =>
        pod.namespace === edit.namespace && names.has(pod.name)
          ? { ...pod, labels: labelled(pod.labels, edit.labels) }
          : pod,
      )
      return { ...world, pods }
    }
    case 'label namespace': {
      const namespaces = world.namespaces.map((space) =>
        space.name === edit.namespace ? { ...space, labels: labelled(space.labels, edit.labels) } : space,
      )
      return { ...world, namespaces }
    }
    default:
      return edit satisfies never
  }
}

function labelled(labels: Labels, changes: Readonly<Record<string, string | undefined>>): Labels {
  const entries = Object.entries({ ...labels, ...changes })
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
