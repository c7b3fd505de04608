import type { Check } from '../../checks/check.ts'
import type { RuleCount } from '../../fabric/fabric.ts'
import type { World } from '../../fabric/world.ts'
import { createAuthority } from '../../probe/listener/certificate.ts'
import { createWitness } from '../../probe/listener/witness.ts'
import type { Zone } from '../dns/answer.ts'
import { zoneOf } from '../dns/zone.ts'
import type { Results, Source } from '../protocol.ts'
import { policyCounts } from '../rules/counters.ts'
import { policyTable } from '../rules/ruleset.ts'
import type { LabSettings } from '../settings.ts'
import { createGate } from './concurrency.ts'
import { externalNames } from './external-hosts.ts'
import { inFlight } from './limits.ts'
import { openListeners } from './listeners.ts'
import type { Namespaces } from './namespaces.ts'
import { openNft } from './nft.ts'
import { loadChecking, type ObserveOptions, observeAll } from './observe.ts'
import { overflowedPods } from './overflow.ts'
import { createPolicyDelay } from './policy-delay.ts'
import { createPoller } from './poller.ts'
import { openProxies } from './proxies.ts'
import { openRules } from './rules.ts'
import { openTopology } from './topology.ts'
import { wantedListeners } from './wanted-listeners.ts'

/** The operations of one worker, independent of its protocol. */
export interface Lab {
  /** Makes the lab match this world. Resolves when links, rules and listeners are in force. Calls must not overlap. */
  change(world: World): Promise<Results['world']>
  run(source: Source, checks: readonly Check[], options: Pick<ObserveOptions, 'signal' | 'tell'>): Promise<void>
  overflowed(): readonly string[]
  admitted(pod: string): Promise<readonly RuleCount[]>
}

export interface LabOptions {
  readonly namespaces: Namespaces
  readonly settings: LabSettings
  /** Whether the kernel has IPv6. */
  readonly ipv6: boolean
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Called when the rules could not be replaced in the background. */
  readonly onFault: (error: unknown) => void
}

/** Connections in flight to one target. Its accept queue holds twice as many. */
const perTarget = 2000
/** Connections that start in one turn of the event loop, about 10 ms of work. */
const perTurn = 64

/** An empty lab: the outside host and its links. */
export function createLab({ namespaces, settings, ipv6, now, onFault }: LabOptions): Lab {
  const topology = openTopology(namespaces, { ipv6 })
  const nft = openNft(namespaces)
  const rules = openRules(nft, settings)
  const proxies = openProxies(nft, settings)
  const poller = createPoller()
  const listeners = openListeners(namespaces, {
    authority: createAuthority(now),
    witness: createWitness(10_000),
    now,
    idleMs: 60_000,
    poller,
    zone: (name, type) => zone(name, type),
  })
  const names = externalNames(settings)
  const checking = loadChecking()
  const gate = createGate({ perKey: perTarget, total: inFlight(), perTurn })
  const policyDelays = createPolicyDelay(settings.policyDelay, () => void enforce().catch(onFault))
  let world: World | undefined
  let zone: Zone = () => {
    throw new Error('no world')
  }
  let enforcing: Promise<void> = Promise.resolve()

  /** Replaces rules one after another, each time with the state at that moment. */
  function enforce(): Promise<void> {
    enforcing = enforcing.then(() =>
      world === undefined ? undefined : rules.set(world, topology.layout, policyDelays.addresses()),
    )
    return enforcing
  }

  function known(): World {
    if (world === undefined) throw new Error('the lab has no world yet')
    return world
  }

  return {
    async change(next) {
      policyDelays.meet(next, world)
      topology.change(next, settings)
      world = next
      zone = zoneOf(next, { names })
      await enforce()
      await proxies(topology.layout)
      return { ipv6, refused: listeners.set(wantedListeners(next, topology.layout, settings)) }
    },
    run: (source, checks, options) =>
      observeAll(source, checks, {
        ...options,
        gate,
        checking,
        world: known(),
        layout: topology.layout,
        namespaces,
        poller,
        settings,
      }),
    overflowed: () => overflowedPods(topology.layout, namespaces),
    async admitted(pod) {
      const site = topology.layout.pods.get(pod)
      const node = site && topology.layout.nodes.get(site.node)
      if (site?.link === undefined || node === undefined) return []
      const listing = await nft(node.netns, `list table inet ${policyTable}\n`)
      return policyCounts(listing, known().policies)
        .filter(({ links, packets }) => packets > 0 && links.includes(site.link!))
        .map(({ rule, direction, packets }) => ({ rule, direction, packets }))
    },
  }
}
