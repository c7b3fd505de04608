import type { PolicyNamespace, PolicyPod, PolicyWorld } from '../policy/engine/world.ts'
import type { LabelSelector, NetworkPolicy, PolicyPeer, PolicyRule } from '../policy/types.ts'

/** A deterministic pseudo-random number generator (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

export interface Size {
  readonly pods: number
  readonly policies: number
  readonly namespaces: number
  /** The number of workloads per namespace. */
  readonly apps: number
}

/** A network of pods, except its first sixteen addresses. */
function block(third: number): PolicyPeer {
  return { ipBlock: { cidr: `10.0.${third}.0/24`, except: [`10.0.${third}.0/28`] } }
}

/** A large company cluster: teams with namespaces, workloads with replicas, and typical policies. */
export function largeWorld({ pods: podCount, policies: policyCount, namespaces: spaceCount, apps }: Size): PolicyWorld {
  const next = numbers(7)
  const namespaces = Array.from(
    { length: spaceCount },
    (_, at): PolicyNamespace => ({
      name: `ns-${at}`,
      labels: { team: `t${at % 10}`, stage: at % 3 === 0 ? 'prod' : 'dev' },
      labelsKnown: true,
    }),
  )
  const pods = Array.from({ length: podCount }, (_, at): PolicyPod => {
    const app = Math.floor(at / spaceCount) % apps
    return {
      namespace: `ns-${at % spaceCount}`,
      name: `p-${at}`,
      hostNetwork: false,
      node: `n${at % 50}`,
      labels: { app: `a${app}`, tier: ['web', 'api', 'data'][app % 3]!, 'pod-template-hash': `h${app}` },
      addresses: [`10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`],
      ports: [{ name: 'http', port: 8000 + (app % 7), protocol: 'TCP' }],
    }
  })
  const app = (): LabelSelector => ({ matchLabels: { app: `a${next(apps)}` } })
  const peers: readonly (() => PolicyPeer)[] = [
    () => ({ podSelector: app() }),
    () => ({ podSelector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['web', 'api'] }] } }),
    () => ({ namespaceSelector: { matchLabels: { team: `t${next(10)}` } } }),
    () => ({ namespaceSelector: { matchLabels: { stage: 'prod' } }, podSelector: app() }),
    () => ({
      namespaceSelector: {},
      podSelector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['data'] }] },
    }),
    () => block(next(40)),
  ]
  const rule = (): PolicyRule => ({
    peers: Array.from({ length: 1 + next(3) }, () => peers[next(peers.length)]!()),
    ports:
      next(4) === 0
        ? []
        : [next(3) === 0 ? { protocol: 'TCP', port: 'http' } : { protocol: 'TCP', port: 8000 + next(7) }],
  })
  const policies = Array.from({ length: policyCount }, (_, at): NetworkPolicy => {
    const egress = next(4) === 0
    return {
      namespace: `ns-${at % spaceCount}`,
      name: `np-${at}`,
      podSelector: next(12) === 0 ? {} : app(),
      policyTypes: egress ? ['ingress', 'egress'] : ['ingress'],
      ingress: Array.from({ length: 1 + next(2) }, rule),
      egress: egress ? [rule()] : [],
    }
  })
  return { nodes: [], namespaces, pods, policies }
}
