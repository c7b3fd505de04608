import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { PathResult } from '../../runner/result/path-result.ts'
import { runInLab } from '../runner/run-in-lab.ts'
import { type Ends, inputOf, keyOf, predictedRuns } from './answers.ts'
import { type RandomCluster, randomCluster } from './random-cluster.ts'
import { sourcesOf, targetsOf } from './spellings.ts'

// The gate asks the same questions each time; a long run asks others, by CROSSCHECK_SEED and CROSSCHECK_WORLDS.
const seed = Number(process.env['CROSSCHECK_SEED'] ?? 20_261_130)
const worlds = Number(process.env['CROSSCHECK_WORLDS'] ?? 4)

/** One question for each pair of ends, each time written in another way. */
function questionsOf(cluster: RandomCluster, input: ReturnType<typeof inputOf>): Ends[] {
  let turn = 0
  return sourcesOf(cluster, input.world).flatMap((source) =>
    targetsOf(cluster, input.world).map((target) => {
      turn += 1
      return { from: source.texts[turn % source.texts.length]!, to: target.texts[turn % target.texts.length]! }
    }),
  )
}

/** Paths as the prediction says that they are. */
async function pathsAsPredicted(questions: readonly Ends[], input: ReturnType<typeof inputOf>) {
  const works = await predictedRuns(questions, 'allowed', input)
  const blocks = await predictedRuns(questions, 'blocked', input)
  return questions.flatMap(({ from, to }) => {
    if (arePredicted(works.get(keyOf({ from, to })))) return [{ from, to, expect: 'allowed' }]
    return arePredicted(blocks.get(keyOf({ from, to }))) ? [{ from, to, expect: 'blocked' }] : []
  })
}

function arePredicted(results: readonly PathResult[] = []): boolean {
  return results.length > 0 && results.every(({ status }) => status === 'predicted')
}

it('packets in the lab do what run --predict says, however the ends are written', async () => {
  const wrong: string[] = []
  let passed = 0
  for (const cluster of fc.sample(randomCluster, { numRuns: worlds, seed })) {
    const input = inputOf(cluster.objects)
    const paths = await pathsAsPredicted(questionsOf(cluster, input), input)
    const { results } = await runInLab({ objects: cluster.objects, spec: { paths } })
    passed += results.filter(({ status }) => status === 'pass').length
    wrong.push(
      ...results
        .filter(({ status, cause }) => status === 'fail' || cause === 'unexplained_block')
        .map((result) => `${keyOf(result)} ${result.expect}: ${result.cause}: ${result.explanation.join('; ')}`),
    )
  }
  expect({ seed, wrong }).toEqual({ seed, wrong: [] })
  expect(passed).toBeGreaterThan(worlds * 8)
})
