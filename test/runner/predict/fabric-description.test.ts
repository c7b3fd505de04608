import { expect, test } from 'vitest'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import { predictedDescription } from '../../../runner/predict/fabric-description.ts'

const pod = 'apiVersion: v1\nkind: Pod\nmetadata: { name: NAME }\nspec: { containers: [{ name: a }] }\n'
const policy =
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: NAME }\nspec: { podSelector: {} }\n'

test.each([
  [0, '0 pods and 0 policies, judged by the policy engine'],
  [1, '1 pod and 1 policy, judged by the policy engine'],
  [2, '2 pods and 2 policies, judged by the policy engine'],
])('%i pods and policies are counted in words that fit the number', (count, description) => {
  const names = ['a', 'b'].slice(0, count)
  const text = [pod, policy].flatMap((each) => names.map((name) => each.replace('NAME', name))).join('---\n')
  const { objects } = readManifests([{ file: 'objects.yaml', text }])
  expect(predictedDescription(buildWorld(objects, { allocator: createAllocator() }).world)).toBe(description)
})
