import { expect, it } from 'vitest'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import { predictScenario } from '../../../runner/run/predict-scenario.ts'
import { parseScenarios } from '../../../runner/scenario/parse.ts'

const manifests = `apiVersion: v1
kind: Namespace
metadata: {name: b}
---
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: b, name: api}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: c, image: x, ports: [{containerPort: 4000}]}]}
---
apiVersion: v1
kind: Service
metadata: {namespace: b, name: api}
spec: {selector: {app: api}, ports: [{port: 80, targetPort: 4000}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: b, name: p}
spec: {podSelector: {}, policyTypes: [Ingress]}
`

/** What is predicted of paths from the pods of a Service to it and to its pods. */
async function predicted(expectation: 'allowed' | 'blocked', text: string): Promise<string[]> {
  const { scenarios } = parseScenarios(
    `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: self }
spec:
  sources: { replica: { namespace: b, like: deployment/api }, pod: { namespace: b, as: pod/api-1 } }
  targets: { service: "tcp://api.b:80", pods: "b/deploy/api:4000" }
  paths: [{ from: [replica, pod], to: [service, pods], expect: ${expectation} }]`,
    'self.yaml',
  )
  const { objects } = readManifests([{ file: 'all.yaml', text }])
  expect(buildWorld(objects, { allocator: createAllocator() }).problems).toEqual([])
  const told: string[] = []
  await predictScenario(
    { scenario: scenarios[0]!, objects, readObjects: async () => [] },
    {
      emit: (event) => {
        if (event.kind !== 'path') return
        const { from, to, status, predicted: own } = event.result
        told.push(`${from} ${to}: ${status} ${own?.verdict}`)
      },
    },
  )
  return told
}

it('rule 53: that a pod reaches itself opens no path that must be blocked; the other endpoints tell', async () => {
  expect(await predicted('blocked', manifests)).toEqual([
    'replica service: predicted deny',
    'replica pods: predicted deny',
    'pod service: predicted deny',
    'pod pods: predicted deny',
  ])
})

it('rule 54: a pod that may reach itself by a Service is promised nothing, a replica more what its policies say', async () => {
  const admitting = manifests.replace('policyTypes: [Ingress]', 'ingress: [{from: [{podSelector: {}}]}]')
  expect(await predicted('allowed', admitting)).toEqual([
    'replica service: predicted allow',
    'replica pods: predicted allow',
    'pod service: inconclusive undefined',
    'pod pods: predicted allow',
  ])
})
