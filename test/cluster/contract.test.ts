import { it } from 'vitest'
import { connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { listObjects } from '../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../fabric/kubernetes/api/resources.ts'
import { describeFabric } from '../fabric/contract.ts'
import { guardedNamespace, openNamespace } from '../fabric/contract-objects.ts'
import { absent, access, clusterFabric } from './opening.ts'

if (absent === undefined) {
  describeFabric('cluster', {
    async open(objects, signal) {
      const fabric = await clusterFabric()
      await fabric.apply({ kind: 'apply', objects }, signal)
      return fabric
    },
    leftovers,
  })
} else {
  it.skip(`the contract of fabrics on a cluster: ${absent}`, () => undefined)
}

/** Everything in the namespaces of the contract that carries the owned label; a namespace that is being deleted is the cluster's business. */
async function leftovers(): Promise<readonly string[]> {
  const client = await connectCluster(access)
  const spaces = new Set([openNamespace, guardedNamespace])
  const { signal } = new AbortController()
  try {
    const kinds = ['Namespace', 'Pod', 'Job', 'ConfigMap', 'NetworkPolicy', 'Service', 'Deployment'] as const
    const lists = await Promise.all(
      kinds.map(async (kind) => {
        const found = await listObjects(
          client,
          { resource: resources[kind], labelSelector: 'crosscheck.dev/owned' },
          signal,
        )
        return found
          .filter(({ metadata }) => spaces.has(metadata.namespace ?? metadata.name))
          .filter(({ metadata }) => kind !== 'Namespace' || metadata.deletionTimestamp === undefined)
          .map(({ metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)
      }),
    )
    return lists.flat()
  } finally {
    await client.close()
  }
}
