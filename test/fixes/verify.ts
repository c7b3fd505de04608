import { createAllocator } from '../../fabric/manifests/allocator.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import { readManifests } from '../../fabric/manifests/read.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { lint } from '../../lint/lint.ts'
import { rules } from '../../lint/rules.ts'
import { compile } from '../../policy/engine/compile.ts'
import { selectorOf } from '../../policy/engine/minimal-selector.ts'
import { matchesSelector } from '../../policy/selector.ts'
import { explainPath } from '../../runner/explain/explain.ts'
import type { Explanation } from '../../runner/explain/model.ts'
import { standInAddresses } from '../../runner/predict/engine-endpoint.ts'
import { withFix } from './apply.ts'
import { isListed } from './listed.ts'
import { type End, type Opened, openedBy } from './opened.ts'

export interface Question {
  readonly from: string
  readonly to: string
}

/** What is wrong with the first fix of a question, applied to the files; the sentences are empty where nothing is. */
export interface Verified {
  readonly before: Explanation['verdict']
  /** None: the question is not blocked, or there is no fix. */
  readonly what?: readonly string[]
  /** What it says stands in the way with it applied. */
  readonly remains?: readonly string[]
  /** Whether policies block anything of it. */
  readonly denied: boolean
  readonly faults: readonly string[]
  /** How many connections beside the path itself open, and are listed. */
  readonly opened?: number
}

/** Applies the first fix to the manifests, reads them again, and holds what became of them against what the fix says. */
export function verifyFix(text: string, question: Question): Verified {
  const [objects, world] = read(text)
  const explanation = explain(question, objects, world)
  const { verdict: before, fixes, hops, dns } = explanation
  const [fix] = fixes
  const denied = [...hops, ...dns].some(({ verdict }) => verdict === 'deny')
  if (before === 'allow' || before === 'undefined' || before === 'unreachable' || fix === undefined)
    return { before, denied, faults: [] }
  const [fixedObjects, fixedWorld] = read(withFix(text, filled(fix.yaml, one, world)))
  const answer = explain(question, ...read(withFix(text, filled(fix.yaml, any, world))))
  const complete = fix.remains.length === 0
  const answered = complete && answer.verdict !== 'allow' ? [`answered ${answer.verdict} with it`] : []
  const known = findings(objects)
  const found = [...findings(fixedObjects)].flatMap(([key, each]) => (known.has(key) ? [] : [each]))
  const goals = goalsOf(question, [...hops, ...dns], world)
  const opened = openedBy(
    world,
    fixedWorld,
    goals.map(({ port }) => port),
  )
  const others = opened.filter((each) => !goals.some((goal) => isGoal(each, goal, world)))
  const unlisted = others.filter((each) => !isListed(each, [...fix.opens, ...fix.unclear], world)).map(openedText)
  return {
    ...{ before, denied, what: fix.what, remains: fix.remains, opened: others.length },
    faults: [...answered, ...found.map((each) => `lint: ${each}`), ...unlisted.map((each) => `opens ${each}`)],
  }
}

/** Objects and world of manifests; faults of the API server's kind are left in place, as `explain` would refuse them. */
function read(text: string): [ManifestObject[], World] {
  const { objects, problems } = readManifests([{ file: 'all.yaml', text }])
  const built = buildWorld(objects, { allocator: createAllocator() })
  const errors = [...problems, ...built.problems].filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
  return [[...objects], built.world]
}

function explain(question: Question, objects: readonly ManifestObject[], world: World): Explanation {
  const found = explainPath(question, { world, objects, where: [] })
  if ('problems' in found) throw new Error(found.problems.map(({ message }) => message).join('\n'))
  return found
}

/** Placeholders with what somebody fills in: the address of a node, or of a client one, or, to ask about all addresses, any. */
function filled(yaml: string, networks: Readonly<Record<4 | 6, string>>, { nodes }: World): string {
  return yaml.replaceAll(/cidr: (\S+) # replace: (.*)/g, (_, cidr: string, what: string) => {
    const family = cidr.includes(':') ? 6 : 4
    const [, name] = /^the address(?:es)? of (?:node (\S+)|the nodes, an item each)$/.exec(what) ?? []
    const isOfNode = name !== undefined || what.startsWith('the addresses of the nodes')
    const node = nodes.find((each) => name === undefined || each.name === name)
    const own = isOfNode ? node?.addresses.find((address) => address.includes(':') === (family === 6)) : undefined
    return `cidr: ${own === undefined ? networks[family] : `${own}/${family === 6 ? 128 : 32}`}`
  })
}

const one = { 4: `${standInAddresses[4]}/32`, 6: `${standInAddresses[6]}/128` }
const any = { 4: '0.0.0.0/0', 6: '::/0' }

/** By rule and object: a message may name fewer pods than before, or more places. */
function findings(objects: readonly ManifestObject[]): Map<string, string> {
  const { findings: all } = lint({ objects, problems: [], texts: new Map(), rules })
  return new Map(all.map(({ rule, object, message }) => [`${rule} ${object}`, `${rule} ${object}: ${message}`]))
}

interface Goal {
  /** None: from outside the cluster. */
  readonly from: Pod | undefined
  readonly to: Pod | undefined
  readonly port: number
  readonly protocols: readonly string[]
}

/** The connections that the question is about. */
function goalsOf({ from, to }: Question, hops: Explanation['hops'], world: World): Goal[] {
  const [namespace = '', , name = ''] = from.split('/')
  const own = world.pods.find((pod) => pod.namespace === namespace && (pod.workload.name === name || pod.name === name))
  return hops.flatMap((hop) =>
    hop.to.flatMap((text): Goal[] => {
      const [, address = '', port] = /\(?\[?([\d.]+|[\da-f:]+)\]?:(\d+)/.exec(text.replace(/^.*\(/, '(')) ?? []
      const target = world.pods.find(({ addresses }) => addresses.includes(address))
      const protocols = text.startsWith('DNS') ? ['UDP', 'TCP'] : to.startsWith('udp:') ? ['UDP'] : ['TCP']
      const asked = port ?? /:(\d+)/.exec(to)?.[1] ?? (to.startsWith('https') ? 443 : 80)
      return [{ from: own, to: target, port: Number(asked), protocols }]
    }),
  )
}

function isGoal({ from, to, port, protocol }: Opened, goal: Goal, world: World): boolean {
  return (
    port === goal.port &&
    goal.protocols.includes(protocol) &&
    isLike(from, goal.from, world) &&
    isLike(to, goal.to, world)
  )
}

/** A replica of an end, or a pod with the labels by which it is named. */
function isLike({ pod, exists }: End, own: Pod | undefined, world: World): boolean {
  if (own === undefined || pod === undefined) return own === pod
  if (pod.namespace !== own.namespace) return false
  if (exists) return (pod as Pod).workload.name === own.workload.name
  const actor = compiledOf(world).pods.get(`${own.namespace}/${own.name}`)
  return actor !== undefined && matchesSelector(selectorOf(actor), pod.labels)
}

const compiled = new WeakMap<World, ReturnType<typeof compile>>()

function compiledOf(world: World) {
  const known = compiled.get(world) ?? compile(world)
  compiled.set(world, known)
  return known
}

function openedText({ from, to, port, protocol }: Opened): string {
  const end = ({ pod }: End) =>
    pod === undefined ? 'outside' : `${pod.namespace}/${pod.name} ${JSON.stringify(pod.labels)}`
  return `${end(from)} -> ${end(to)}:${port}/${protocol}`
}
