import { compile } from '../../../policy/engine/compile.ts'
import { verdictOf } from '../../../policy/engine/predict.ts'
import type { QueryEnd } from '../../../policy/engine/query.ts'
import type { PolicyWorld } from '../../../policy/engine/world.ts'
import { mayPass, type OracleEnd, type OraclePod } from './oracle.ts'
import type { RandomWorld } from './random-world.ts'
import { netpol } from './town.ts'

export interface Question {
  readonly from: OracleEnd
  readonly to: OracleEnd
  readonly port: number
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
}

const sockets = ([80, 81, 53, 85] as const).flatMap((port) =>
  (['TCP', 'UDP', 'SCTP'] as const).map((protocol) => ({ port, protocol })),
)
const outside = ['192.0.2.9', '192.0.2.200', '10.1.0.200', '10.2.9.9'].map((address) => ({ address }))

/** One random world in both readings, with all questions about it. */
export function systemOf(random: RandomWorld) {
  const spaces = Object.fromEntries(
    Object.entries(random.labels).map(([name, labels]) => [name, { ...labels, 'kubernetes.io/metadata.name': name }]),
  )
  const pods: OraclePod[] = random.pods.map((pod, at) => ({ ...pod, name: `p${at}`, address: `10.${at % 2}.0.${at}` }))
  const manifests = random.policies.map(({ namespace, spec }, at) => ({
    metadata: { namespace, name: `p${at}` },
    spec,
  }))
  const world: PolicyWorld = {
    nodes: [],
    namespaces: Object.entries(random.labels).map(([name, labels]) => ({ name, labels, labelsKnown: true })),
    pods: pods.map((pod) => ({
      ...{ namespace: pod.namespace, name: pod.name, labels: pod.labels, addresses: [pod.address], hostNetwork: false },
      ...{ node: 'n0', ports: random.pods[Number(pod.name.slice(1))]!.ports },
    })),
    policies: manifests.map(({ metadata, spec }) => netpol(`${metadata.namespace}/${metadata.name}`, spec)),
  }
  const ends: OracleEnd[] = [...pods, ...outside]
  const questions: Question[] = ends.flatMap((from) =>
    ends.flatMap((to) =>
      'labels' in from || 'labels' in to ? sockets.map((socket) => ({ from, to, ...socket })) : [],
    ),
  )
  return { world, questions, expected: (question: Question) => mayPass(question, { policies: manifests, spaces }) }
}

/** The engine's answers to all questions, `allow` or `deny`. */
export function answersOf(world: PolicyWorld, questions: readonly Question[]): string[] {
  const compiled = compile(world)
  return questions.map(({ from, to, port, protocol }) => {
    const found = verdictOf({ from: queryEndOf(from), to: queryEndOf(to), port, protocol }, compiled)
    return 'reason' in found ? found.reason : found.verdict
  })
}

/** A question in words, for a counter-example. */
export function spoken({ from, to, port, protocol }: Question): string {
  const name = (end: OracleEnd) => ('labels' in end ? `${end.namespace}/${end.name}` : end.address)
  return `${name(from)} > ${name(to)}:${port}/${protocol}`
}

function queryEndOf(end: OracleEnd): QueryEnd {
  return 'labels' in end
    ? { kind: 'pod', namespace: end.namespace, name: end.name }
    : { kind: 'address', address: end.address }
}
