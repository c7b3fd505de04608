import { compile } from '../../../policy/engine/compile.ts'
import type { Profile } from '../../../policy/engine/implementation-choices.ts'
import { predict } from '../../../policy/engine/predict.ts'
import type { Prediction } from '../../../policy/engine/prediction.ts'
import type { Query, QueryEnd } from '../../../policy/engine/query.ts'
import type { PolicyPod, PolicyWorld } from '../../../policy/engine/world.ts'
import { parsePolicy } from '../../../policy/parse.ts'
import type { Labels, NetworkPolicy } from '../../../policy/types.ts'

/** A policy as the API server would read it, `namespace/name` and its spec; refused ones fail the test. */
export function netpol(name: string, spec: unknown): NetworkPolicy {
  const [namespace, own] = name.split('/')
  const { policy, problems } = parsePolicy({ metadata: { namespace, name: own }, spec }, () => undefined)
  if (policy === undefined) throw new Error(problems.map(({ message }) => message).join('\n'))
  return policy
}

/** `x/a` of namespace x with label pod=a; ports: TCP 80 named web, UDP 53 named dns. */
export function pod(name: string, change: Partial<PolicyPod> = {}): PolicyPod {
  const [namespace = '', own = ''] = name.split('/')
  const address = `10.244.${'xyz'.indexOf(namespace)}.1${'abc'.indexOf(own)}`
  return {
    ...{ namespace, name: own, labels: { pod: own }, addresses: [address], hostNetwork: false },
    node: own === 'a' ? 'n0' : 'n1',
    ports: [
      { name: 'web', port: 80, protocol: 'TCP' },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ],
    ...change,
  }
}

export function namespace(name: string, labels: Labels = { ns: name }, labelsKnown = true) {
  return { name, labels, labelsKnown }
}

/** Namespaces x, y, z with pods a, b, c each; every a on node n0 (172.18.0.2), the others on n1 (172.18.0.3). */
export function town(policies: readonly NetworkPolicy[], change: Partial<PolicyWorld> = {}): PolicyWorld {
  const names = ['x', 'y', 'z'].flatMap((space) => ['a', 'b', 'c'].map((own) => `${space}/${own}`))
  return {
    nodes: ['n0', 'n1'].map((name, at) => ({ name, addresses: [`172.18.0.${at + 2}`], labels: { node: name } })),
    namespaces: ['x', 'y', 'z'].map((name) => namespace(name)),
    pods: names.map((name) => pod(name)),
    policies,
    ...change,
  }
}

export interface ReachQuery extends Partial<Profile>, Pick<Query, 'via' | 'established' | 'family'> {
  /** What an address asked about is called. */
  readonly hostname?: string
}

/** The answer to `y/a > x/a:80/TCP`; an end is a pod, `node:n0`, or an address in brackets if it is IPv6. */
function answer(
  question: string,
  world: PolicyWorld,
  { via, established, family, hostname, ...profile }: ReachQuery = {},
) {
  const [, from = '', to = '', port = '', protocol = 'TCP'] =
    /^(.+?) > (.+?)(?::(\d+))?(?:\/(TCP|UDP|SCTP|ICMP))?$/.exec(question) ?? []
  const query = {
    ...{ from: queryEnd(from), to: queryEnd(to, hostname), port: Number(port || 80) },
    ...{ protocol: protocol as Query['protocol'], via, established, family },
  }
  return predict(query as Query, compile(world, profile))
}

/** The prediction; a question without an answer fails the test. */
export function prediction(question: string, world: PolicyWorld, asked?: ReachQuery): Prediction {
  const found = answer(question, world, asked)
  if (found.kind === 'unanswerable') throw new Error(found.reason)
  return found
}

/** `allow`, `deny`, `undefined by 54`, `allow (31)` where it depends on rule 31, or why there is no answer. */
export function verdict(question: string, world: PolicyWorld, asked?: ReachQuery): string {
  const found = answer(question, world, asked)
  if (found.kind === 'unanswerable') return `rule ${found.rule}: ${found.reason}`
  if (found.verdict === 'undefined') return `undefined by ${found.undefinedBy.join(', ')}`
  return found.dependsOn.length === 0 ? found.verdict : `${found.verdict} (${found.dependsOn.join(', ')})`
}

/** The verdicts on several questions in one line each. */
export function verdicts(questions: readonly string[], world: PolicyWorld, asked?: ReachQuery): Record<string, string> {
  return Object.fromEntries(questions.map((question) => [question, verdict(question, world, asked)]))
}

function queryEnd(text: string, hostname?: string): QueryEnd {
  const pod = /^([a-z][\w-]*)\/([\w-]+)$/.exec(text)
  if (pod !== null) return { kind: 'pod', namespace: pod[1]!, name: pod[2]! }
  if (text.startsWith('node:')) return { kind: 'node', name: text.slice(5) }
  return { kind: 'address', address: text.replaceAll(/[[\]]/g, ''), ...(hostname && { hostname }) }
}
