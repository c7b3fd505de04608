import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { compile } from '../../policy/engine/compile.ts'
import { predict } from '../../policy/engine/predict.ts'
import type { Prediction } from '../../policy/engine/prediction.ts'
import type { Party, Query } from '../../policy/engine/query.ts'
import { sentencesOf } from '../../policy/engine/sentences.ts'
import type { Place, Problem } from '../../policy/types.ts'
import { readFrom, readTo } from '../check/ends.ts'
import { aimsOf } from '../plan/aims.ts'
import { expandSource, type PlannedSource } from '../plan/sources.ts'
import { type Hop, hopsOf } from '../predict/hops.ts'
import { partyOf } from '../predict/party.ts'
import type { Explanation, HopExplanation } from './model.ts'
import { nameServersOf } from './name-server.ts'
import { type Ground, repairsFor } from './repairs.ts'
import { sidesOf } from './sides.ts'
import { wayTo } from './way.ts'

export interface Ends {
  readonly from: string
  readonly to: string
}

export interface ExplainOptions {
  readonly world: World
  /** What the world was made from: a changed policy keeps its metadata. */
  readonly objects: readonly ManifestObject[]
  /** How the manifests are given on the command line, for the line that proves it: `-f manifests/`. */
  readonly inputs: string
}

const nowhere: Place = { file: 'command line', line: 1, column: 1 }

/** Why a path is open or not, and what would change that; what is wrong with the words of the question are problems. */
export function explainPath(
  { from, to }: Ends,
  options: ExplainOptions,
): Explanation | { readonly problems: Problem[] } {
  const { world, objects } = options
  const [source, target] = [readFrom(from, world), readTo(to, world)]
  const wrong = [
    ...(typeof source === 'string' ? [`FROM: ${source}`] : []),
    ...(typeof target === 'string' ? [`TO: ${target}`] : []),
  ]
  if (typeof source === 'string' || typeof target === 'string') return { problems: wrong.map(problem) }
  if (target.kind === 'dns')
    return {
      problems: [problem('TO: a question to DNS has no path of its own: name its server, as udp://10.96.0.10:53')],
    }
  const { sources, note } = expandSource({ ...source, name: from, place: nowhere }, world)
  const [planned] = sources
  if (planned === undefined) return { problems: [problem(`FROM: ${note ?? `${from} stands for no pod`}`)] }
  const ground: Ground = { world, objects, compiled: compile(world) }
  const named = { ...target, name: to, place: nowhere }
  const { aims, gap } = aimsOf(named, { world, namespace: planned.namespace })
  const usable = aims.filter((aim) => aim.kind !== 'pod' || aim.ready)
  const judged = judge(usable.flatMap(hopsOf), planned, ground)
  const asker = podOf(planned, world)
  const servers =
    'host' in target && isName(target.host) && asker !== undefined ? nameServersOf(asker, world) : noServers
  const dns = judge(servers.hops, planned, ground)
  const way = [
    ...wayTo(target, planned.namespace, world),
    ...(gap === undefined ? [] : [gap.sentence]),
    ...servers.remarks,
  ]
  const promised =
    gap !== undefined && judged.length === 0 ? 'unreachable' : together(judged, servers.unsure ? [] : dns)
  // Whether egress policies govern the way to a resolver on the own node is left open (semantics rules 50 and 52).
  const isolated = judged.some(({ prediction }) => prediction.egress.isolated)
  const verdict = promised === 'allow' && servers.unsure && isolated ? 'undefined' : promised
  return {
    ...{ from, to, verdict, way },
    dns: folded(dns).map((hop) => (servers.unsure && isolated ? { ...hop, verdict: 'undefined' } : hop)),
    hops: folded(judged),
    repairs: repairs(judged, servers.unsure ? [] : dns, ground),
    proof: proofOf({ from, to, verdict, inputs: options.inputs }),
  }
}

function problem(message: string): Problem {
  return { severity: 'error', message }
}

const noServers = { hops: [], remarks: [], unsure: false } as const

interface Judged {
  readonly hop: Hop
  readonly query: Query
  readonly prediction: Prediction
}

function judge(hops: readonly Hop[], source: PlannedSource, { world, compiled }: Ground): Judged[] {
  return hops.flatMap((hop): Judged[] => {
    const from = existing(partyOf(source.identity, hop.query.family ?? 4, { world, probe: undefined }), world)
    if (from === undefined) return []
    const query: Query = { from, ...hop.query }
    const prediction = predict(query, compiled)
    return prediction.kind === 'unanswerable' ? [] : [{ hop, query, prediction }]
  })
}

/** A pod of the world is asked about as itself, so that its labels can be part of a repair. */
function existing(party: Party | undefined, { pods }: World): Party | undefined {
  if (party?.kind !== 'given') return party
  const { namespace, name } = party.pod
  return pods.some((pod) => pod.namespace === namespace && pod.name === name) ? { kind: 'pod', namespace, name } : party
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

function isName(host: string): boolean {
  return !/^[\d.]+$/.test(host) && !host.includes(':')
}

function together(endpoints: readonly Judged[], servers: readonly Judged[]): Explanation['verdict'] {
  const verdicts = endpoints.map(({ prediction }) => prediction.verdict)
  if (servers.length > 0 && servers.every(({ prediction }) => prediction.verdict === 'deny')) return 'deny'
  if (verdicts.length === 0 || verdicts.includes('undefined')) return 'undefined'
  const [allowed, denied] = [verdicts.includes('allow'), verdicts.includes('deny')]
  return allowed && denied ? 'partly' : allowed ? 'allow' : 'deny'
}

/** Endpoints of which policies say the same are told together. */
function folded(all: readonly Judged[]): HopExplanation[] {
  const told = all.map(({ hop, prediction }) => ({ hop, told: toldOf(prediction) }))
  const alike = Map.groupBy(told, ({ told: { verdict, sides, remarks }, hop }) =>
    JSON.stringify([verdict, sides, remarks]).replaceAll(nameIn(hop), '…'),
  )
  return [...alike.values()].map((group) => ({ to: group.map(({ hop }) => hop.text), ...group[0]!.told }))
}

/** `ns/pod` of `ns/pod (10.1.2.3:80)`. */
function nameIn({ text }: Hop): string {
  return text.split(' (')[0] ?? text
}

function toldOf(prediction: Prediction): Omit<HopExplanation, 'to'> {
  const remarks = sentencesOf(prediction).filter((sentence) =>
    /^(undefined:|depends on|\S+ \S+ is not evaluated)/.test(sentence),
  )
  return { verdict: prediction.verdict, sides: sidesOf(prediction), remarks }
}

/** For what is denied, else for what is allowed; DNS first, and one of the endpoints that are alike. */
function repairs(endpoints: readonly Judged[], servers: readonly Judged[], ground: Ground): Explanation['repairs'] {
  const denied = [...firstDenied(servers), ...firstDenied(endpoints)]
  const wanted = denied.length > 0 ? denied : endpoints.slice(0, 1)
  return wanted.flatMap(({ hop, query }) => repairsFor(hop.text, query, ground))
}

/** DNS works if any server may be asked. */
function firstDenied(all: readonly Judged[]): Judged[] {
  return all.filter(({ prediction }) => prediction.verdict === 'deny').slice(0, 1)
}

function proofOf({ from, to, verdict, inputs }: Ends & { verdict: Explanation['verdict']; inputs: string }): string {
  const expect = verdict === 'allow' ? ' --expect open' : verdict === 'deny' ? ' --expect blocked' : ''
  return `crosscheck check ${quoted(from)} ${quoted(to)} --lab ${inputs}${expect}`
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
