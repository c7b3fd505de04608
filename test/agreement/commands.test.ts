import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { PathResult } from '../../runner/result/path-result.ts'
import { closedByPolicies, type Ends, explained, inputOf, keyOf, predictedMatrix, predictedRuns } from './answers.ts'
import { type RandomCluster, randomCluster } from './random-cluster.ts'
import { type Spelled, sourcesOf, targetsOf } from './spellings.ts'

// The gate asks the same questions each time; a long run asks others, by CROSSCHECK_SEED and CROSSCHECK_WORLDS.
const seed = Number(process.env['CROSSCHECK_SEED'] ?? 20_261_130)
const worlds = Number(process.env['CROSSCHECK_WORLDS'] ?? 25)

/** `turn`: which of the ways to write its ends; a scenario takes each path once, however it is written. */
interface Question extends Ends {
  readonly turn: string
  readonly source: Spelled
  readonly target: Spelled
}

function questionsOf(cluster: RandomCluster, input: ReturnType<typeof inputOf>): Question[] {
  return sourcesOf(cluster, input.world).flatMap((source) =>
    targetsOf(cluster, input.world).flatMap((target) =>
      source.texts.flatMap((from, first) =>
        target.texts.map((to, second) => ({ from, to, source, target, turn: `${first} ${second}` })),
      ),
    ),
  )
}

type Outcome = 'predicted' | 'policy' | 'unknown' | 'self' | 'partly' | 'dns' | 'not there' | 'mixed'

/** `mixed`: the places of the source differ. */
function outcomeOf(results: readonly PathResult[] = [], { kind }: Spelled): Outcome | undefined {
  const [only, ...others] = new Set(results.map((result) => outcomeOfOne(result, kind)))
  return others.length === 0 ? only : 'mixed'
}

function outcomeOfOne(result: PathResult, kind: Spelled['kind']): Outcome {
  // Of a pod that declares no port `explain` says what policies do, and that nothing may listen.
  if (kind === 'workload' && result.cause === 'not_listening') return 'predicted'
  if (result.status === 'predicted') return 'predicted'
  if (result.cause === 'self') return 'self'
  if (result.cause === 'partly_open') return 'partly'
  if (result.cause === 'dns') return 'dns'
  if (result.status === 'inconclusive' && result.cause === 'no_control') return 'unknown'
  return result.cause === 'policy' ? 'policy' : 'not there'
}

/** What the two runs may say beside the word of `explain`: expected allowed, expected blocked. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  // A pod that connects to itself alone is blocked by nothing, and no other address shows it.
  allow: ['predicted+policy', 'predicted+self'],
  deny: ['policy+predicted'],
  // `partly+policy`: nothing listens at some endpoints of a Service.
  // `…+unknown`: the open endpoint is the source itself, which `run` leaves out, and one of the others is not known.
  partly: ['policy+policy', 'predicted+policy', 'unknown+policy', 'partly+policy', 'policy+unknown', 'dns+unknown'],
  unresolved: ['policy', 'dns'].flatMap((works) => ['policy', 'self', 'unknown'].map((reach) => `${works}+${reach}`)),
  // `dns+…`: what is not known is behind a name whose query is blocked for certain.
  undefined: ['unknown+unknown', 'unknown+self', 'unknown+policy', 'policy+unknown', 'policy+policy', 'dns+unknown'],
  unreachable: ['not there+not there'],
}

/** Every contradiction in one world; the count of questions. */
async function contradictionsIn(cluster: RandomCluster, explain: typeof explained = explained) {
  const input = inputOf(cluster.objects)
  const questions = questionsOf(cluster, input)
  const works = new Map<string, readonly PathResult[]>()
  const blocks = new Map<string, readonly PathResult[]>()
  for (const some of Map.groupBy(questions, ({ turn }) => turn).values()) {
    for (const [key, result] of await predictedRuns(some, 'allowed', input)) works.set(key, result)
    for (const [key, result] of await predictedRuns(some, 'blocked', input)) blocks.set(key, result)
  }
  const matrix = predictedMatrix(input)
  const closed = closedByPolicies(input)
  const bySpelling = new Map<string, string>()
  const found: string[] = []
  for (const question of questions) {
    const key = keyOf(question)
    const word = explain(question, input)
    const [first, second] = [works.get(key), blocks.get(key)]
    const pair = `${outcomeOf(first, question.target)}+${outcomeOf(second, question.target)}`
    if (!(allowed[word] ?? []).includes(pair)) found.push(`${key}: explain ${word}, run --predict ${pair}`)
    for (const result of [...(first ?? []), ...(second ?? [])])
      if (result.status === 'predicted' && (result.predicted?.evidence.length ?? 0) === 0)
        found.push(`${key}: predicted without evidence`)
    for (const to of question.target.short ?? []) {
      const short = explain({ from: question.from, to }, input)
      if (short !== word) found.push(`${key}: explain ${word}, of ${to} ${short}`)
    }
    const reach = outcomeOf(second, question.target)
    const same = JSON.stringify([question.source.texts[0], question.target.texts[0]])
    const other = bySpelling.get(same)
    if (other !== undefined && !other.startsWith(`${reach} `)) found.push(`${key}: blocked is ${reach}, and ${other}`)
    else bySpelling.set(same, `${reach} for ${key}`)
    const cell = cellOf(question, matrix)
    if (cell !== undefined && cell !== wordOfMatrix(word)) found.push(`${key}: explain ${word}, matrix ${cell}`)
    const isClosed = closesOf(question, closed)
    if (isClosed !== undefined && isClosed !== (word === 'deny'))
      found.push(`${key}: explain ${word}, diff ${isClosed ? 'closes it' : 'does not close it'}`)
  }
  return { found, count: questions.length }
}

/** DNS is no part of a cell. */
function wordOfMatrix(word: string): string {
  return word === 'unresolved' ? 'allow' : word
}

function cellOf({ source, target }: Question, matrix: ReadonlyMap<string, string>): string | undefined {
  if (source.pod === undefined || target.pod === undefined) return undefined
  return matrix.get(`${source.pod} > ${target.pod}:80`)
}

/** Only of pods of their own, on ports that they declare: a workload's replicas are one line of `diff`, and a pod to itself is none. */
function closesOf({ source, target }: Question, closed: ReadonlySet<string>): boolean | undefined {
  if (source.pod === undefined || target.pod === undefined || source.pod === target.pod) return undefined
  if (!target.texts[0]!.includes('/pod/') || target.short?.length === 0) return undefined
  return closed.has(`${source.pod} > ${target.pod}:80`)
}

it('every command gives the same answer to the same question, however its ends are written', async () => {
  const found: string[] = []
  let count = 0
  for (const cluster of fc.sample(randomCluster, { numRuns: worlds, seed })) {
    const each = await contradictionsIn(cluster)
    found.push(...each.found)
    count += each.count
  }
  expect({ seed, found: found.slice(0, 20), of: found.length }).toEqual({ seed, found: [], of: 0 })
  expect(count).toBeGreaterThan(worlds * 40)
})

it.each([
  ['an external host is always allowed', ({ to }: Ends) => (to.includes('example.com') ? 'allow' : undefined)],
  ['one spelling is always allowed', ({ to }: Ends) => (to.includes('/svc/') ? 'allow' : undefined)],
  ['what is blocked is not known', (_: Ends, word: string) => (word === 'deny' ? 'undefined' : undefined)],
])(
  'a planted contradiction is found: %s',
  async (_, plant) => {
    const clusters = fc.sample(randomCluster, { numRuns: 4, seed: 7 })
    const found = await Promise.all(
      clusters.map((cluster) =>
        contradictionsIn(cluster, (ends, input) => plant(ends, explained(ends, input)) ?? explained(ends, input)),
      ),
    )
    expect(found.flatMap((each) => each.found).length).toBeGreaterThan(0)
  },
  120_000,
)
