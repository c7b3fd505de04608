import { it } from 'vitest'
import { connectCluster } from '../../fabric/kubernetes/client.ts'
import { listObjects } from '../../fabric/kubernetes/objects.ts'
import { resources } from '../../fabric/kubernetes/resources.ts'
import { describeFabric } from '../fabric/contract.ts'
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

/** Everything on the cluster that carries the owned label, and every namespace of the contract. */
async function leftovers(): Promise<readonly string[]> {
  const client = await connectCluster(access)
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
        return found.map(({ metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)
      }),
    )
    return lists.flat()
  } finally {
    await client.close()
  }
}
