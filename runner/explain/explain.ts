import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { compile } from '../../policy/engine/compile.ts'
import type { Problem } from '../../policy/types.ts'
import { portOf } from '../plan/aims.ts'
import type { PlannedSource } from '../plan/sources.ts'
import { hopBeyond } from '../predict/external.ts'
import { hopsOf, isByService } from '../predict/hops.ts'
import { nameServersOf, noServers } from '../predict/name-servers.ts'
import { partyOf } from '../predict/party.ts'
import { type Asked, askedFor, type Ends } from './asked.ts'
import { fixesFor, type Ground } from './fixes.ts'
import { createJudge, folded, type Judged, together } from './judged.ts'
import type { Explanation, PathChanges } from './model.ts'
import { wayTo } from './way.ts'

export interface ExplainOptions {
  readonly world: World
  /** What the world was made from: a changed policy keeps its metadata. */
  readonly objects: readonly ManifestObject[]
  /** What `crosscheck check` is given to prove it in the same world: `--lab -f manifests/`, `--context kind-staging`, or nothing. */
  readonly where: string
  /** Of a live cluster: what was written on this path of late. */
  readonly changes?: PathChanges
}

/** Why a path is open or not, and what would change that; what is wrong with the words of the question are problems. */
export function explainPath(ends: Ends, options: ExplainOptions): Explanation | { readonly problems: Problem[] } {
  const asked = askedFor(ends, options.world)
  return 'problems' in asked ? asked : explainAsked(asked, options)
}

/** The same of a path whose ends were found already. */
export function explainAsked(asked: Asked, options: ExplainOptions): Explanation {
  const { ends, source, target, aims, gap } = asked
  const { world, objects, changes } = options
  const ground: Ground = { world, objects, compiled: compile(world) }
  const judge = createJudge(source, ground)
  const usable = aims.filter((aim) => aim.kind !== 'pod' || aim.ready)
  const byService = isByService(target, source.namespace, world)
  const known = judge(usable.flatMap((aim) => hopsOf(aim, byService)))
  const isBeyond = gap?.cause === 'external_name' && 'host' in target
  const judged = isBeyond ? hopBeyond(target.host, portOf(target), { judge, ...ground }) : known
  const asker = podOf(source, world)
  const servers =
    'host' in target && isName(target.host) && asker !== undefined ? nameServersOf(asker, world) : noServers
  const dns = judge(servers.hops)
  const way = [
    ...wayTo(target, source.namespace, world),
    ...(gap === undefined ? [] : [gap.sentence]),
    ...servers.remarks,
  ]
  const missing = gap !== undefined && judged.length === 0
  const promised = missing && gap.hidden !== true ? 'unreachable' : together(judged, servers.unsure ? [] : dns)
  // Whether egress policies govern the way to a resolver on the own node is left open (semantics rules 50 and 52).
  const isolated = judged.some(({ prediction }) => prediction.egress.isolated)
  const unsure = servers.hidden || (servers.unsure && isolated)
  const verdict = promised === 'allow' && unsure ? 'undefined' : promised
  return {
    ...ends,
    verdict,
    ...(changes === undefined ? {} : { changes }),
    ...{ unread: unreadOf([...judged, ...dns], servers.hidden ? servers.remarks : [], gap), way },
    dns: folded(dns).map((hop) => (servers.unsure && isolated ? { ...hop, verdict: 'undefined' } : hop)),
    hops: folded(judged),
    fixes: fixes(known, servers.unsure ? [] : dns, ground),
    proof: proofOf({ ...ends, verdict, where: options.where }),
  }
}

function podOf({ identity }: PlannedSource, world: World): Pod | undefined {
  const party = partyOf(identity, 4, { world, probe: undefined })
  if (party?.kind === 'pod')
    return world.pods.find(({ namespace, name }) => namespace === party.namespace && name === party.name)
  if (party?.kind !== 'given') return undefined
  const { pod } = party
  return world.pods.find((each) => each === pod) ?? { ...plain, ...pod }
}

/** What a described pod, a probe, has beside its labels. */
const plain = {
  ...{ uid: '', workload: { kind: 'Pod', name: 'crosscheck' }, ready: true, serviceAccount: 'default' },
  ...{ dnsPolicy: 'ClusterFirst', hostAliases: [], restarts: 0 },
} as const satisfies Partial<Pod>

function unreadOf(judged: readonly Judged[], servers: readonly string[], gap: Asked['gap']): string[] {
  const hidden = gap?.hidden === true ? [gap.sentence] : []
  return [...new Set([...hidden, ...judged.flatMap(({ unseen }) => unseen), ...servers])]
}

function isName(host: string): boolean {
  return !/^[\d.]+$/.test(host) && !host.includes(':')
}

/** For what is denied, else for what is allowed; DNS first, and one of the endpoints that are alike. */
function fixes(endpoints: readonly Judged[], servers: readonly Judged[], ground: Ground): Explanation['fixes'] {
  const denied = [...firstDenied(servers), ...firstDenied(endpoints)]
  const wanted = denied.length > 0 ? denied : endpoints.slice(0, 1)
  return wanted
    .filter(({ unseen }) => unseen.length === 0)
    .flatMap(({ hop, query }) => fixesFor(hop.text, query, ground))
}

/** DNS works if any server may be asked. */
function firstDenied(all: readonly Judged[]): Judged[] {
  return all.filter(({ verdict }) => verdict === 'deny').slice(0, 1)
}

function proofOf({ from, to, verdict, where }: Ends & { verdict: Explanation['verdict']; where: string }): string {
  const expect = verdict === 'allow' ? '--expect open' : verdict === 'deny' ? '--expect blocked' : ''
  return ['crosscheck check', quoted(from), quoted(to), where, expect].filter((part) => part !== '').join(' ')
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
