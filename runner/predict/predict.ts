import type { Family } from '../../checks/vantage.ts'
import type { Probe } from '../../fabric/fabric.ts'
import { lookUpHost } from '../../fabric/lookup/host-lookup.ts'
import type { World } from '../../fabric/world.ts'
import { asUsed } from '../plan/allowed.ts'
import { portOf } from '../plan/destinations-of-target.ts'
import { undeclaredOf } from '../plan/listeners.ts'
import { hostNameOf } from '../plan/path-context.ts'
import { type AddressDestination, destinationKey, type PlannedCheck } from '../plan/planned-check.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import type { PlannedSource } from '../plan/planned-source.ts'
import type { TargetDestinations } from '../plan/unresolved-target.ts'
import type { Target } from '../scenario/model.ts'
import { assumptionOf, withDoubt } from './assumptions.ts'
import { isItself, podOf, queryEndOf } from './engine-endpoint.ts'
import { type Evidence, evidenceOf } from './evidence.ts'
import { predictExternal } from './external.ts'
import { areDenied, type HopPrediction, type HopPredictor, type PredictedVerdict } from './hop-prediction.ts'
import { createHopPredictor } from './hop-predictor.ts'
import { hopsOf, isByService } from './hops.ts'
import { type NameServers, nameServersOf, noServers, outsideServers } from './name-servers.ts'
import type { TargetPrediction } from './target-prediction.ts'

/** A connection or request to predict, with the addresses of its target. */
export interface TargetQuestion {
  readonly source: PlannedSource
  readonly target: Target
  readonly family?: Family | undefined
  readonly targetDestinations: TargetDestinations
}

/** The prediction of a planned path, with the single verdict that its expectation needs. It always has evidence. */
export interface PathPrediction extends TargetPrediction {
  readonly verdict: PredictedVerdict
  readonly byPlannedCheck: ReadonlyMap<PlannedCheck, readonly HopPrediction[]>
  readonly evidence: Evidence
}

export type Predict = (planned: PlannedPath, probe: Probe | undefined) => PathPrediction

export interface Predictor {
  readonly hop: HopPredictor
  readonly target: (question: TargetQuestion, probe: Probe | undefined) => TargetPrediction
  readonly path: Predict
}

/** Compiles the policies of a world once. Predicts connections, targets and planned paths. */
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
  const { source, target, targetDestinations, family } = question
  const { world, hop, probe } = context
  const connecting = { source, probe }
  const byService = isByService(target, source.namespace, world)
  const byDestination = new Map(
    targetDestinations.destinations.map(
      (destination) =>
        [
          destinationKey(destination),
          hopsOf(destination, { byService, world }).map((each) => withDoubt(hop.of(each, connecting), world)),
        ] as const,
    ),
  )
  const external = externalHops(question, context)
  const hops = [...external, ...[...byDestination.values()].flat()]
  const hopsTo = (destinations: readonly AddressDestination[]) =>
    destinations.flatMap((destination) => byDestination.get(destinationKey(destination)) ?? [])
  const others = targetDestinations.destinations.filter(
    (destination) => !isItself(destination, queryEndOf(source.identity, 4, { world, probe })),
  )
  const servers = serversFor(question, context)
  const dns = servers.hops.map((each) => withDoubt(hop.of(each, connecting), world))
  const isolated = hops.some(({ prediction }) => prediction.kind === 'prediction' && prediction.egress.isolated)
  // The specification does not say whether egress policies govern traffic to a resolver on the pod's node (docs/semantics.md#rule-50 and #rule-52).
  const dnsUnknown = servers.hidden || (servers.unsure && isolated)
  const hidden = targetDestinations.unresolvedTarget?.hidden === true
  const inCluster = 'host' in target && clusterNames.has(lookUpHost(target.host, source.namespace, world).kind)
  const unresolvable = inCluster ? servers.withoutClusterNames : undefined
  const works =
    target.kind === 'dns'
      ? answersBy([...hopsTo(targetDestinations.destinations), ...(dnsUnknown ? [] : dns)])
      : worksBy(
          [
            ...external,
            ...hopsTo([
              ...targetDestinations.destinations.filter(isVirtual),
              ...asUsed(target, targetDestinations.destinations, family),
            ]),
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
    undeclared: undeclaredOf(targetDestinations.destinations, targetDestinations.unresolvedTarget),
  }
}

const clusterNames: ReadonlySet<string> = new Set(['service', 'pods'])

/** Whether a virtual address may have predictions. Only an external address has them; a ClusterIP is evaluated through its endpoints. */
function isVirtual({ kind }: AddressDestination): boolean {
  return kind === 'virtual'
}

function externalHops(
  { source, target, targetDestinations }: TargetQuestion,
  { hop, probe }: Context,
): HopPrediction[] {
  const { unresolvedTarget } = targetDestinations
  if (
    unresolvedTarget?.cause !== 'external_name' ||
    unresolvedTarget.hidden === true ||
    target.kind === 'dns' ||
    !('host' in target)
  )
    return []
  return predictExternal(target.host, portOf(target), { hop, from: { source, probe } })
}

/** Only names are looked up, and only sources in the cluster use its DNS. */
function serversFor({ source, target }: TargetQuestion, { world, probe }: Context): NameServers {
  const named = target.kind === 'dns' ? target.server === undefined : hostNameOf(target) !== undefined
  const pod = podOf(source.identity, { world, probe })
  if (!named) return noServers
  if (source.identity.kind === 'outside') return outsideServers
  return pod === undefined ? noServers : nameServersOf(pod, world)
}

/** Whether a DNS query gets a response. Any server may answer it. */
function answersBy(servers: readonly HopPrediction[]): PredictedVerdict {
  const [only = 'undefined', ...others] = new Set(servers.map(({ verdict }) => verdict))
  return others.length === 0 ? only : 'undefined'
}

/** Whether a request works: any DNS server may answer, and every endpoint must be open. */
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

function questionOf({ source, path, family, targetDestinations }: PlannedPath): TargetQuestion {
  return { source, target: path.target, family, targetDestinations }
}

function predictPath(planned: PlannedPath, target: TargetPrediction): PathPrediction {
  const verdict = planned.path.expect.kind === 'blocked' ? target.reach : target.works
  const hops = ({ destination }: PlannedCheck) =>
    destination.kind === 'name' || (destination.kind === 'external' && destination.host !== undefined)
      ? target.hops
      : (target.byDestination.get(destinationKey(destination)) ?? [])
  const byPlannedCheck = new Map(planned.addresses.map((plannedCheck) => [plannedCheck, hops(plannedCheck)] as const))
  return { ...target, verdict, byPlannedCheck, evidence: evidenceOf({ ...target, verdict }, planned) }
}
