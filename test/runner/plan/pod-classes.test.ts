import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Pod, World } from '../../../fabric/world.ts'
import { mayMeetNodes, possibleDestinationsOf } from '../../../runner/plan/destination-nodes.ts'
import { createPlanner } from '../../../runner/plan/paths.ts'
import { podClasses } from '../../../runner/plan/pod-classes.ts'
import { expandSource } from '../../../runner/plan/sources.ts'
import { createPredictor } from '../../../runner/predict/predict.ts'
import type { Expectation, ScenarioPath, Source, Target } from '../../../runner/scenario/model.ts'
import { randomPlaces, targetTexts } from './random-places.ts'
import { place, targetOf, worldOf } from './worlds.ts'

const timing = {
  allowed: { deadlineMs: 1000, attempts: 1 },
  blocked: { deadlineMs: 1000, attempts: 1 },
  canaryMs: 1000,
  policies: 'at-once',
} as const

function sourcePods(world: World): readonly Pod[] {
  return world.pods.filter(({ namespace }) => namespace === 'here')
}

describe('classes of pods', () => {
  it('have the same prediction for each of their pods as for the one that stands for them, for 1,000 random worlds and targets', () => {
    fc.assert(
      fc.property(
        randomPlaces,
        fc.constantFrom(...targetTexts, 'itself'),
        fc.constantFrom(0, 10),
        fc.constantFrom<Expectation>({ kind: 'allowed' }, { kind: 'blocked', layer: 4 }),
        (manifests, text, byPods, expectation) => {
          const world = worldOf(manifests)
          const [first] = sourcePods(world)
          const own = `here/${first?.workload.kind.toLowerCase()}/source:80`
          const target = targetOf(text === 'itself' ? own : text)
          const predicted = predictFrom(world, target, expectation)
          for (const alike of podClasses(sourcePods(world), world, {
            possibleDestinations: () => possibleDestinationsOf(target, 'here', world),
            mayMeetNodes: mayMeetNodes(target, world),
            byPods,
          }))
            expect(new Set(alike.map(predicted)).size, alike.map(({ name }) => name).join()).toBe(1)
        },
      ),
      { numRuns: 1000 },
    )
  })
})

/** The verdict on the way from a pod to a target. */
function predictFrom(world: World, target: Target, expectation: Expectation): (pod: Pod) => string {
  const plan = createPlanner({ world, probes: new Map(), timing })
  const { path: predict } = createPredictor(world)
  return ({ namespace, name }) => {
    const source: Source = { kind: 'as', namespace, workload: `pod/${name}`, name, place }
    const path: ScenarioPath = { source, target, expect: expectation, place, closedWorld: false, tags: [], only: false }
    const [only] = expandSource(source, world, target).sources
    const [planned] = plan(path, only!)
    const { verdict, works, reach } = predict(planned!, undefined)
    return [verdict, works, reach].join(' ')
  }
}
