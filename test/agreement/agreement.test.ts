import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openLab } from '../../lab/open.ts'
import { labSettingsSchema } from '../../lab/settings.ts'
import { randomWorld } from '../policy/engine/random-world.ts'
import { joined } from './joined.ts'
import { contradict, objectsOf, threeVoices, twoVoices } from './voices.ts'

it('the engine, a naive oracle and the packets of the lab say the same of 40 random worlds', async () => {
  // The gate asks the same questions each time; a long run asks others, by CROSSCHECK_SEED.
  const seed = Number(process.env.CROSSCHECK_SEED ?? 20_261_130)
  const worlds = fc.sample(randomWorld, { numRuns: 40, seed }).map(joined)
  const objects = objectsOf(worlds.flatMap((world) => world.objects))
  const signal = AbortSignal.timeout(100_000)
  const host = { platform: process.platform, environment: process.env, node: process.execPath }
  await using lab = await openLab({ objects, settings: labSettingsSchema.parse({}), host, now: Date.now }, signal)
  const voices = await threeVoices(worlds, lab, signal)
  expect({ seed, contradicting: voices.filter(contradict) }).toEqual({ seed, contradicting: [] })
  expect(voices.length).toBeGreaterThan(1_000)
  const known = voices.filter((each) => each.lab !== 'unknown')
  expect(known.length / voices.length).toBeGreaterThan(0.9)
})

it('the worlds that share a cluster are no part of each other', () => {
  fc.assert(
    fc.property(fc.array(randomWorld, { minLength: 2, maxLength: 4 }), (random) => {
      const worlds = random.map(joined)
      const together = twoVoices(worlds).map(({ path, engine }) => `${path} ${engine}`)
      const alone = worlds.flatMap((world) => twoVoices([world])).map(({ path, engine }) => `${path} ${engine}`)
      expect(together).toEqual(alone)
    }),
    { numRuns: 20 },
  )
})
