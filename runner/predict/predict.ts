import type { Probe } from '../../fabric/fabric.ts'
import { whyUnread } from '../../fabric/unread.ts'
import type { World } from '../../fabric/world.ts'
import { type Compiled, compile } from '../../policy/engine/compile.ts'
import type { Unanswerable } from '../../policy/engine/path.ts'
import { predict } from '../../policy/engine/predict.ts'
import type { Prediction } from '../../policy/engine/prediction.ts'
import { type Dial, familyOf } from '../plan/dial.ts'
import type { PlannedPath } from '../plan/paths.ts'
import { dnsHops, type Hop, hopsOf, isByService } from './hops.ts'
import { type Overruling, overrulingBy } from './overruled.ts'
import { askerOf, isItself } from './party.ts'
import { type Unseen, unseenIn } from './unseen.ts'

export type PredictedVerdict = Prediction['verdict']

/** What the engine says of one hop. */
export interface HopPrediction {
  readonly hop: Hop
  readonly prediction: Prediction | Unanswerable
  /** ClusterNetworkPolicies that would decide otherwise, and that this fabric does not enforce. */
  readonly overruledBy?: readonly string[]
  /** What could not be read and would decide: nothing is promised then. */
  readonly unseen?: readonly string[]
}

/** What the policies mean for a path: for each address, and for the question to DNS before it. */
export interface PathPrediction {
  /** For a path that must work: allow iff DNS and every endpoint are; for one that must be blocked: deny iff every endpoint is. */
  readonly verdict: PredictedVerdict
  readonly byDial: ReadonlyMap<Dial, readonly HopPrediction[]>
  readonly dns: readonly HopPrediction[]
  /** Why it is not known where names are asked for. */
  readonly unseenDns?: string
}

export type Predict = (planned: PlannedPath, probe: Probe | undefined) => PathPrediction

/** Compiles a world's policies once and predicts paths by them. */
export function createPredictor(world: World): Predict {
  const compiled = compile(world)
  const overruling = overrulingBy(world)
  const unseen = unseenIn(world)
  const known = new Map<string, HopPrediction>()
  return (planned, probe) => {
    const ask = (hop: Hop): HopPrediction => {
      const key = `${planned.source.key} ${JSON.stringify(hop.query)}`
      const answer = known.get(key) ?? predictHop(hop, planned, { world, compiled, overruling, unseen, probe })
      known.set(key, answer)
      return answer
    }
    return predictPath(planned, ask, { world, probe })
  }
}

interface Ground {
  readonly world: World
  readonly probe: Probe | undefined
}

interface Reading extends Ground {
  readonly compiled: Compiled
  readonly overruling: Overruling | undefined
  readonly unseen: Unseen | undefined
}

function predictHop(
  hop: Hop,
  { source }: PlannedPath,
  { world, compiled, overruling, unseen, probe }: Reading,
): HopPrediction {
  const from = askerOf(source.identity, hop.query.family ?? 4, { world, probe })
  if (from === undefined)
    return { hop, prediction: { kind: 'unanswerable', rule: 65, reason: `there is no ${source.name}` } }
  const query = { from, ...hop.query }
  const prediction = predict(query, compiled)
  const overruledBy = overruling?.(query, prediction) ?? []
  const hidden = unseen?.(query, prediction) ?? []
  return {
    ...{ hop, prediction },
    ...(overruledBy.length === 0 ? {} : { overruledBy }),
    ...(hidden.length === 0 ? {} : { unseen: hidden }),
  }
}

function predictPath(planned: PlannedPath, ask: (hop: Hop) => HopPrediction, { world, probe }: Ground): PathPrediction {
  const aims = planned.addresses.flatMap((dial) => (dial.aim.kind === 'name' ? [] : [{ dial, aim: dial.aim }]))
  const byService = isByService(planned.path.target, planned.source.namespace, world)
  const byDial = new Map(aims.map(({ dial, aim }) => [dial, hopsOf(aim, byService).map(ask)] as const))
  const asksDns = planned.application?.aim.kind === 'name'
  const asksCluster = asksDns && usesClusterDns(probe)
  const dns = asksCluster ? dnsHops(world, familiesOf(probe)).map(ask) : []
  const unseenDns = asksCluster && dns.length === 0 ? hiddenDns(world) : undefined
  const verdicts = [...byDial.values()].flat().map(verdictOfHop)
  const own = askerOf(planned.source.identity, 4, { world, probe })
  const others = aims.filter(({ aim }) => !isItself(aim, own)).flatMap(({ dial }) => byDial.get(dial) ?? [])
  const servers = unseenDns === undefined ? dns.map(verdictOfHop) : (['undefined'] as const)
  const mustWork = planned.path.expect.kind !== 'blocked'
  const known = planned.gap?.hidden === true ? 'undefined' : undefined
  return {
    verdict: known ?? (mustWork ? working(verdicts, servers) : blocking(others.map(verdictOfHop))),
    ...{ byDial, dns },
    ...(unseenDns === undefined ? {} : { unseenDns }),
  }
}

/** Where the cluster's DNS is asked for, in kube-system, nothing may be readable. */
export function hiddenDns(world: World): string | undefined {
  const why = whyUnread('Service', 'kube-system', world) ?? whyUnread('Pod', 'kube-system', world)
  return why === undefined ? undefined : `the cluster's DNS servers could not be read: ${why}`
}

/** A source with a resolver of its own, or none, asks nobody that is known here. */
function usesClusterDns(probe: Probe | undefined): boolean {
  const policy = probe?.pod?.dnsPolicy ?? 'ClusterFirst'
  return probe?.identity.kind !== 'outside' && policy.startsWith('ClusterFirst')
}

function familiesOf(probe: Probe | undefined): number[] {
  return probe === undefined ? [4, 6] : probe.addresses.map(familyOf)
}

/** The engine's verdict on a hop; what may be overridden is not promised. */
export function verdictOfHop({ prediction, unseen }: HopPrediction): PredictedVerdict {
  if (prediction.kind !== 'prediction' || unseen !== undefined || prediction.mayBeOverridden.length > 0)
    return 'undefined'
  return prediction.verdict
}

/** Any DNS server may answer; every endpoint must. */
function working(endpoints: readonly PredictedVerdict[], servers: readonly PredictedVerdict[]): PredictedVerdict {
  if (servers.length > 0 && servers.every((each) => each === 'deny')) return 'deny'
  if (endpoints.includes('deny')) return 'deny'
  if (endpoints.length + servers.length === 0) return 'undefined'
  return endpoints.every((each) => each === 'allow') && servers.every((each) => each === 'allow')
    ? 'allow'
    : 'undefined'
}

function blocking(endpoints: readonly PredictedVerdict[]): PredictedVerdict {
  if (endpoints.includes('allow')) return 'allow'
  return endpoints.length > 0 && endpoints.every((each) => each === 'deny') ? 'deny' : 'undefined'
}
