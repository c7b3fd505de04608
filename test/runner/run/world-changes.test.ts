import { describe, expect, it } from 'vitest'
import type { Fabric } from '../../../fabric/fabric.ts'
import { objectsOf } from '../../../fabric/manifests/read.ts'
import { openLab } from '../../../lab/open.ts'
import { hostWith } from '../../lab/opening.ts'
import { denyIngress, namespace, pod, policy } from '../objects.ts'
import { runIn } from '../run-in-lab.ts'

const objects = [namespace('web'), namespace('db'), namespace('other'), pod('web/a'), pod('db/x'), pod('db/y')]
const shut = denyIngress('db/shut', 'x')

/** A lab that counts as a cluster, in which somebody else works: before its world is read for the n-th time he does what stands there. */
function whileOthersWork(
  others: readonly (((lab: Fabric) => Promise<void>) | undefined)[],
  expect: 'allowed' | 'blocked',
) {
  let reads = 0
  return runIn(
    {
      spec: {
        sources: { a: { namespace: 'web', as: 'pod/a' } },
        paths: [{ from: 'a', to: ['db/pod/x:8080', 'db/pod/y:8080'], expect }],
      },
    },
    async (scenario, signal) => {
      const place = { file: 'objects.yaml', line: 1, column: 1 }
      const read = objects.flatMap((value) => objectsOf(value, () => place, []))
      const lab = await openLab(
        { settings: scenario.lab, host: hostWith('runner'), now: Date.now, objects: read },
        signal,
      )
      const world: Fabric['world'] = async (over) => {
        await others[reads++]?.(lab)
        return lab.world(over)
      }
      return {
        ...lab,
        capabilities: { changesByOthers: true, builtFromManifests: false },
        world,
        [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
      }
    },
  )
}

const { signal } = new AbortController()
const apply = (object: typeof shut) => (lab: Fabric) => lab.apply({ kind: 'apply', objects: [object] }, signal)
const remove = (object: typeof shut) => (lab: Fabric) => lab.apply({ kind: 'delete', objects: [object] }, signal)
const noticesOf = ({ events }: Awaited<ReturnType<typeof runIn>>) =>
  events.flatMap((event) => (event.kind === 'notice' ? [event.message] : []))

describe('a world that changes while it is measured', () => {
  it('is measured again where it decides over a path, which is judged as it is now', async () => {
    const ran = await whileOthersWork([undefined, apply(shut)], 'allowed')
    expect(ran.of('a', 'db/pod/x:8080')).toMatchObject({ status: 'fail', cause: 'policy', seen: 'blocked' })
    expect(ran.of('a', 'db/pod/y:8080')).toMatchObject({ status: 'pass', seen: 'open' })
    expect(noticesOf(ran)).toEqual([
      expect.stringMatching(/changed, while packets were on their way: one path is measured again/),
    ])
  })

  it('leaves nothing known of a path for which it changes again', async () => {
    const ran = await whileOthersWork([undefined, apply(shut), remove(shut)], 'allowed')
    expect(ran.of('a', 'db/pod/x:8080')).toMatchObject({ status: 'inconclusive', cause: 'world_changed' })
    expect(ran.of('a', 'db/pod/y:8080')).toMatchObject({ status: 'pass' })
    expect(ran.results.map(({ index }) => index)).toEqual([0, 1])
  })

  it('does not count a block of a pod that went in the meantime', async () => {
    const ran = await whileOthersWork([apply(shut), remove(pod('db/x'))], 'blocked')
    expect(ran.of('a', 'db/pod/x:8080').status).not.toBe('pass')
    expect(noticesOf(ran)).toEqual([expect.stringContaining('the pod db/x went')])
  })

  it('is as it was for paths that have nothing to do with the change', async () => {
    const elsewhere = policy('other/shut', { podSelector: {}, policyTypes: ['Ingress'] })
    const ran = await whileOthersWork([undefined, apply(elsewhere)], 'allowed')
    expect(ran.results.map(({ status }) => status)).toEqual(['pass', 'pass'])
    expect(noticesOf(ran)).toEqual([])
  })
})
