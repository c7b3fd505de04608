import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { openLab } from '../lab/open.ts'
import { labSettingsSchema } from '../lab/settings.ts'
import { joined, mostWorlds } from '../test/agreement/joined.ts'
import { contradict, objectsOf, threeVoices, twoVoices, type Voices } from '../test/agreement/voices.ts'
import { randomWorld } from '../test/policy/engine/random-world.ts'

/*
 * node scripts/agree.ts 2000              compares engine, oracle and the lab's packets on 2000 random worlds, 50 per lab
 * node scripts/agree.ts 100000 --no-lab   compares only engine and oracle
 * --seed N repeats a run. Exits with code 1 if two of them disagree, and prints the connections and the seed of the batch.
 */
const { values, positionals } = parseArgs({
  options: {
    'no-lab': { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
  allowPositionals: true,
})
const wanted = Number(positionals[0] ?? 2_000)
const host = { platform: process.platform, environment: process.env, node: process.execPath }
const begun = performance.now()
let [worlds, connections, unknown, contradictions] = [0, 0, 0, 0]

for (let seed = Number(values.seed); worlds < wanted; seed++) {
  const count = Math.min(mostWorlds, wanted - worlds)
  const voices = await hear(count, seed)
  const wrong = voices.filter(contradict)
  for (const each of wrong.slice(0, 5)) console.log(`seed ${seed}, ${count} worlds: ${JSON.stringify(each)}`)
  worlds += count
  connections += voices.length
  unknown += voices.filter(({ lab }) => lab === 'unknown').length
  contradictions += wrong.length
  if (process.stderr.isTTY) process.stderr.write(`\r${worlds} worlds`)
}

const seconds = (performance.now() - begun) / 1000
const known = values['no-lab'] ? 'engine and oracle' : `engine, oracle and lab (${unknown} not known to it)`
console.log(
  `${worlds} worlds, ${connections} connections by ${known}: ${contradictions} contradictions in ${seconds.toFixed(0)} s, seed ${values.seed}`,
)
process.exitCode = contradictions === 0 ? 0 : 1

async function hear(count: number, seed: number): Promise<readonly Voices[]> {
  const batch = fc.sample(randomWorld, { numRuns: count, seed }).map(joined)
  if (values['no-lab']) return twoVoices(batch)
  const objects = objectsOf(batch.flatMap((world) => world.objects))
  const signal = AbortSignal.timeout(300_000)
  await using lab = await openLab({ objects, settings: labSettingsSchema.parse({}), host, now: Date.now }, signal)
  return await threeVoices(batch, lab, signal)
}
