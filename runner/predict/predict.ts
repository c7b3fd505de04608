import type { Family } from '../../checks/vantage.ts'
import type { Probe } from '../../fabric/fabric.ts'
import { namedBy } from '../../fabric/lookup/host-lookup.ts'
import type { World } from '../../fabric/world.ts'
import { asUsed } from '../plan/allowed.ts'
import { type AddressAim, type Dial, destinationKey } from '../plan/planned-check.ts'
import { portOf } from '../plan/destinations-of-target.ts'
import { undeclaredOf } from '../plan/listeners.ts'
import { hostNameOf } from '../plan/path-context.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import type { PlannedSource } from '../plan/planned-source.ts'
import type { Aims } from '../plan/unresolved-target.ts'
import type { Target } from '../scenario/model.ts'
import { assumptionOf, withDoubt } from './assumptions.ts'
import { isItself, partyOf, podOf } from './engine-endpoint.ts'
import { type Evidence, evidenceOf } from './evidence.ts'
import { predictExternal } from './external.ts'
import { areDenied, type HopPrediction, type HopPredictor, type PredictedVerdict } from './hop-prediction.ts'
import { createHopPredictor } from './hop-predictor.ts'
import { hopsOf, isByService } from './hops.ts'
import { type NameServers, nameServersOf, noServers, outsideServers } from './name-servers.ts'
import type { TargetPrediction } from './target-prediction.ts'

/** A connection or request that somebody asks about, with the addresses that its target stands for. */
export interface TargetQuestion {
  readonly source: PlannedSource
  readonly target: Target
  readonly family?: Family | undefined
  readonly destinations: Aims
}

/** The same for a planned path, with the one verdict that its expectation is about. A prediction always has its evidence. */
export interface PathPrediction extends TargetPrediction {
  readonly verdict: PredictedVerdict
  readonly byDial: ReadonlyMap<Dial, readonly HopPrediction[]>
  readonly evidence: Evidence
}

export type Predict = (planned: PlannedPath, probe: Probe | undefined) => PathPrediction

export interface Predictor {
  readonly hop: HopPredictor
  readonly target: (question: TargetQuestion, probe: Probe | undefined) => TargetPrediction
  readonly path: Predict
}

/** Compiles the policies of a world once and predicts connections, targets and planned paths by them. */
export function createPredictor(world: World): Predictor {
  const hop = createHopPredictor(world)
  const target = (question: TargetQuestion, probe: Probe | undefined) => predictTarget(question, { world, hop, probe })
  return { hop, target, path: (planned, probe) => predictPath(planned, target(questionOf(planned), probe)) }
}

interface Context {
  readonly world: World
  readonly hop: HopPredictor
  readonly probe: Probe | undefined
}

function predictTarget(question: TargetQuestion, context: Context): TargetPrediction {
  const { source, target, destinations, family } = question
  const { world, hop, probe } = context
  const connecting = { source, probe }
  const byService = isByService(target, source.namespace, world)
  const byDestination = new Map(
    destinations.aims.map(
      (aim) =>
        [
          destinationKey(aim),
          hopsOf(aim, { byService, world }).map((each) => withDoubt(hop.of(each, connecting), world)),
        ] as const,
    ),
  )
  const external = externalHops(question, context)
  const hops = [...external, ...[...byDestination.values()].flat()]
  const hopsTo = (aims: readonly AddressAim[]) => aims.flatMap((aim) => byDestination.get(destinationKey(aim)) ?? [])
  const others = destinations.aims.filter((aim) => !isItself(aim, partyOf(source.identity, 4, { world, probe })))
  const servers = serversFor(question, context)
  const dns = servers.hops.map((each) => withDoubt(hop.of(each, connecting), world))
  const isolated = hops.some(({ prediction }) => prediction.kind === 'prediction' && prediction.egress.isolated)
  // Whether egress policies govern the way to a resolver on the own node is left open (docs/semantics.md, rules 50 and 52).
  const dnsUnknown = servers.hidden || (servers.unsure && isolated)
  const hidden = destinations.gap?.hidden === true
  const inCluster = 'host' in target && clusterNames.has(namedBy(target.host, source.namespace, world).kind)
  const unresolvable = inCluster ? servers.withoutClusterNames : undefined
  const works =
    target.kind === 'dns'
      ? answersBy([...hopsTo(destinations.aims), ...(dnsUnknown ? [] : dns)])
      : worksBy(
          [
            ...external,
            ...hopsTo([...destinations.aims.filter(isVirtual), ...asUsed(target, destinations.aims, family)]),
          ],
          servers.unsure ? [] : dns,
          dnsUnknown,
        )
  return {
    works: hidden || (unresolvable !== undefined && works !== 'deny') ? 'undefined' : works,
    reach: hidden ? 'undefined' : reachBy([...external, ...hopsTo(others)]),
    byDestination,
    hops,
    dns,
    servers,
    dnsUnknown,
    unresolvable,
    assuming: assumptionOf(dns, world),
    undeclared: undeclaredOf(destinations.aims, destinations.gap),
  }
}

const clusterNames: ReadonlySet<string> = new Set(['service', 'pods'])

/** Of its own only with an external address; a ClusterIP is its endpoints. */
function isVirtual({ kind }: AddressAim): boolean {
  return kind === 'virtual'
}

function externalHops({ source, target, destinations }: TargetQuestion, { hop, probe }: Context): HopPrediction[] {
  const { gap } = destinations
  if (gap?.cause !== 'external_name' || gap.hidden === true || target.kind === 'dns' || !('host' in target)) return []
  return predictExternal(target.host, portOf(target), { hop, from: { source, probe } })
}

/** Only a name is looked up first, and only by a source that is in the cluster. */
function serversFor({ source, target }: TargetQuestion, { world, probe }: Context): NameServers {
  const named = target.kind === 'dns' ? target.server === undefined : hostNameOf(target) !== undefined
  const pod = podOf(source.identity, { world, probe })
  if (!named) return noServers
  if (source.identity.kind === 'outside') return outsideServers
  return pod === undefined ? noServers : nameServersOf(pod, world)
}

/** Whether a DNS query is answered: any server may answer it. */
function answersBy(servers: readonly HopPrediction[]): PredictedVerdict {
  const [only = 'undefined', ...others] = new Set(servers.map(({ verdict }) => verdict))
  return others.length === 0 ? only : 'undefined'
}

/** Any DNS server may answer; every endpoint must be open. */
function worksBy(
  endpoints: readonly HopPrediction[],
  servers: readonly HopPrediction[],
  dnsUnknown: boolean,
): PredictedVerdict {
  const verdicts = endpoints.map(({ verdict }) => verdict)
  if (areDenied(servers)) return 'deny'
  if (verdicts.includes('deny')) return 'deny'
  if (verdicts.length === 0 || dnsUnknown) return 'undefined'
  return verdicts.every((each) => each === 'allow') && servers.every(({ verdict }) => verdict === 'allow')
    ? 'allow'
    : 'undefined'
}

function reachBy(endpoints: readonly HopPrediction[]): PredictedVerdict {
  const verdicts = endpoints.map(({ verdict }) => verdict)
  if (verdicts.includes('allow')) return 'allow'
  return verdicts.length > 0 && verdicts.every((each) => each === 'deny') ? 'deny' : 'undefined'
}

function questionOf({ source, path, family, destinations }: PlannedPath): TargetQuestion {
  return { source, target: path.target, family, destinations }
}

function predictPath(planned: PlannedPath, target: TargetPrediction): PathPrediction {
  const verdict = planned.path.expect.kind === 'blocked' ? target.reach : target.works
  const hops = ({ aim }: Dial) =>
    aim.kind === 'name' || (aim.kind === 'external' && aim.host !== undefined)
      ? target.hops
      : (target.byDestination.get(destinationKey(aim)) ?? [])
  const byDial = new Map(planned.addresses.map((dial) => [dial, hops(dial)] as const))
  return { ...target, verdict, byDial, evidence: evidenceOf({ ...target, verdict }, planned) }
}
