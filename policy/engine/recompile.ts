import type { NetworkPolicy } from '../types.ts'
import { withoutTwins } from './compile.ts'
import type { Compiled } from './compiled.ts'
import { type Edit, withEdits } from './edits.ts'
import { indexPolicies } from './governing.ts'
import { locate, type Networks, networkId, newNetworks } from './networks.ts'
import { addressesOf, nodesOf, podsOf, spacesOf } from './population.ts'
import { compilePolicy, type Tables } from './rules.ts'
import type { PodActor, Space } from './subjects.ts'
import type { PolicyPod } from './world.ts'

/** A compiled world after edits. */
export interface Edited {
  readonly compiled: Compiled
  /** By `namespace/name`, the pods that policies may see differently than before. All other pods are the same objects. */
  readonly touched: ReadonlyMap<string, PodActor>
}

/**
 * Returns what `compile` would return for the world with the edits. Namespaces that the edits do not affect are shared with the previous
 * compiled world.
 */
export function recompile(before: Compiled, edits: readonly Edit[]): Edited {
  const world = withEdits(before.world, edits)
  const tables: Tables = { labelling: before.labelling, networks: copyOf(before.networks) }
  const { policies, problems } = withoutTwins(world.policies)
  const edited = new Set(edits.map(spaceOf))
  const ofThese = (names: ReadonlySet<string>) => policies.filter(({ namespace }) => names.has(namespace))
  // Compile these first: they may contain networks that no earlier policy contained.
  const own = ofThese(edited).map((policy) => compilePolicy(policy, tables))
  const grown = networksBeyond(before.networks, tables.networks)
  const moved = grown === undefined ? [] : podsIn(grown, before.pods.values())
  const names = new Set([...edited, ...moved.map(({ space }) => space.name)])
  const others = ofThese(names).filter(({ namespace }) => !edited.has(namespace))
  const compiled = [...own, ...others.map((policy) => compilePolicy(policy, tables))]

  const living = world.pods.filter((pod) => names.has(pod.namespace) && pod.ended !== true)
  const spaces = spacesIn(names, [...living, ...policies], { world, tables })
  const touched = podsOf(living, spaces, tables)
  indexPolicies(compiled, spaces)
  const pods = new Map(before.pods)
  for (const [name, actor] of touched) pods.set(name, actor)
  const nodes = grown === undefined ? before.nodes : nodesOf(world.nodes, alive(world.pods), tables)
  return {
    touched,
    compiled: {
      ...before,
      ...tables,
      world,
      problems,
      pods,
      nodes,
      spaces: new Map([...before.spaces, ...spaces]),
      byAddress: grown === undefined ? withTouched(before, touched) : addressesOf(pods.values(), nodes.values()),
    },
  }
}

/** Edits never change addresses, so each address keeps its pod. */
function withTouched(before: Compiled, touched: Edited['touched']): Compiled['byAddress'] {
  const owners = new Map(before.byAddress)
  for (const [name, actor] of touched) {
    const was = before.pods.get(name)
    for (const { text } of actor.addresses) if (owners.get(text) === was) owners.set(text, actor)
  }
  return owners
}

function alive(pods: readonly PolicyPod[]): PolicyPod[] {
  return pods.filter((pod) => pod.ended !== true)
}

function spaceOf(edit: Edit): string {
  switch (edit.kind) {
    case 'change policy':
      return edit.after.namespace
    case 'add policy':
      return edit.policy.namespace
    default:
      return edit.namespace
  }
}

function spacesIn(
  names: ReadonlySet<string>,
  inhabitants: readonly (PolicyPod | NetworkPolicy)[],
  { world, tables }: { readonly world: Compiled['world']; readonly tables: Tables },
): Map<string, Space> {
  const namespaces = world.namespaces.filter(({ name }) => names.has(name))
  const own = inhabitants.filter(({ namespace }) => names.has(namespace))
  return spacesOf(namespaces, own, tables)
}

function copyOf({ ids, prefixes }: Networks): Networks {
  const copied = (family: 4 | 6) => new Map([...prefixes[family]].map(([bits, own]) => [bits, new Map(own)]))
  return { ids: new Map(ids), prefixes: { 4: copied(4), 6: copied(6) } }
}

/** Only the networks that were added to a copy. Undefined if none was added. */
function networksBeyond(before: Networks, after: Networks): Networks | undefined {
  if (after.ids.size === before.ids.size) return undefined
  const added = newNetworks()
  for (const text of [...after.ids.keys()].slice(before.ids.size)) networkId(added, text)
  return added
}

function podsIn(networks: Networks, pods: Iterable<PodActor>): PodActor[] {
  return [...pods].filter(({ addresses }) =>
    addresses.some(({ text }) => (locate(networks, text)?.networks.size ?? 0) > 0),
  )
}
