import { describe, expect, it } from 'vitest'
import { clusterDnsObjects } from '../../../../fabric/kubernetes/change/cluster-dns.ts'
import { createAllocator } from '../../../../fabric/manifests/allocator.ts'
import { type ManifestObject, titleOf } from '../../../../fabric/manifests/object.ts'
import { readManifests } from '../../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../../fabric/manifests/world.ts'

const dns = `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system, labels: { kubernetes.io/metadata.name: kube-system } }
---
apiVersion: v1
kind: Service
metadata: { name: kube-dns, namespace: kube-system }
spec:
  clusterIP: 10.96.0.10
  selector: { k8s-app: kube-dns }
  ports: [{ name: dns, port: 53, protocol: UDP }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: coredns, namespace: kube-system }
spec:
  selector: { matchLabels: { k8s-app: kube-dns } }
  template:
    metadata: { labels: { k8s-app: kube-dns } }
    spec: { containers: [{ name: coredns, image: coredns, ports: [{ containerPort: 53, protocol: UDP }] }] }
`
const application = `
---
apiVersion: v1
kind: Pod
metadata: { name: api, namespace: shop }
spec: { containers: [{ name: api, image: api }] }
`
const policy = `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed, namespace: kube-system }
spec: { podSelector: {} }
`

function objectsOf(text: string): readonly ManifestObject[] {
  return readManifests([{ file: 'all.yaml', text }]).objects
}

async function leftOut(text: string, live: string): Promise<string[]> {
  const world = buildWorld(objectsOf(live), { allocator: createAllocator(), live: true }).world
  return (await clusterDnsObjects(objectsOf(text), async () => world)).map(titleOf)
}

describe('the DNS of the cluster in the manifests of a rehearsal', () => {
  it('is left out where the cluster has it itself', async () => {
    expect(await leftOut(dns + application, dns)).toEqual([
      'Namespace kube-system',
      'Service kube-system/kube-dns',
      'Deployment kube-system/coredns',
    ])
  })

  it('is not left out where the cluster has no such Service', async () => {
    expect(await leftOut(dns + application, application)).toEqual([])
  })

  it('is not left out where its namespace holds something else', async () => {
    expect(await leftOut(dns + policy, dns)).toEqual([])
    expect(await leftOut(dns + application.replace('shop', 'kube-system'), dns)).toEqual([])
  })

  it('is not left out where its namespace lacks a label on the cluster', async () => {
    const labelled = dns.replace('labels: {', 'labels: { team: platform,')
    expect(await leftOut(labelled, dns)).toEqual([])
    expect(await leftOut(dns, labelled)).toHaveLength(3)
  })

  it('does not read the cluster where the manifests have none', async () => {
    const read = () => Promise.reject(new Error('the cluster was read'))
    expect(await clusterDnsObjects(objectsOf(application), read)).toEqual([])
  })
})
