import { expect, it } from 'vitest'
import { withoutClusterPolicies } from '../../../fabric/not-enforced.ts'
import { deployment, worldOf } from './build.ts'

const cluster = (version = 'v1alpha2', action = 'Deny') => `
apiVersion: policy.networking.k8s.io/${version}
kind: ClusterNetworkPolicy
metadata: { name: guard }
spec:
  tier: Admin
  priority: 10
  subject: { namespaces: {} }
  ingress: [{ action: ${action}, from: [{ namespaces: { matchLabels: { team: red } } }] }]
---`

it('reads ClusterNetworkPolicies into the world', () => {
  const { world, messages } = worldOf(cluster() + deployment('web'))
  expect(messages).toEqual([])
  expect(world.clusterPolicies).toMatchObject([{ name: 'guard', tier: 'Admin', priority: 10 }])
  expect(world.notSimulated).toEqual([])
})

it('refuses what the schema of a ClusterNetworkPolicy refuses, with its place', () => {
  const { world, problems } = worldOf(cluster('v1alpha2', 'Allow'))
  expect(problems.map(({ place }) => place?.line)).toEqual([9])
  expect(world.clusterPolicies).toBeUndefined()
})

it('reads no other version of the kind, and says so', () => {
  const { world } = worldOf(cluster('v1alpha1'))
  expect(world.clusterPolicies).toBeUndefined()
  expect(world.notSimulated).toMatchObject([{ kind: 'ClusterNetworkPolicy', name: 'guard' }])
})

it('lists them as not simulated where they cannot be enforced, and keeps them for what the engine says', () => {
  const world = withoutClusterPolicies(worldOf(cluster()).world)
  expect(world.clusterPolicies).toBeUndefined()
  expect(world.notEnforced).toMatchObject([{ name: 'guard' }])
  expect(world.notSimulated).toMatchObject([{ kind: 'ClusterNetworkPolicy', name: 'guard' }])
})

it('marks the ports of restartable init containers', () => {
  const spec = `initContainers: [{ name: proxy, restartPolicy: Always, ports: [{ containerPort: 9, name: m }] }, { name: once, ports: [{ containerPort: 7 }] }]`
  const { world } = worldOf(deployment('web', { more: spec }))
  expect(world.pods.find(({ workload }) => workload.name === 'web')?.ports).toEqual([
    { port: 8080, protocol: 'TCP', name: 'http' },
    { port: 9, protocol: 'TCP', name: 'm', sidecar: true },
  ])
})
