import { describe, expect, it } from 'vitest'
import { connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { listObjects } from '../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../fabric/kubernetes/api/resources.ts'
import { openRehearsal } from '../../fabric/kubernetes/change/rehearsal.ts'
import { createAllocator } from '../../fabric/manifests/allocator.ts'
import { fileSystem, loadManifests } from '../../fabric/manifests/files.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import { absent, access, clusterOptions } from './opening.ts'

const { signal } = new AbortController()

async function manifestsOf(scenario: string): Promise<readonly ManifestObject[]> {
  const { objects } = await loadManifests([`scenarios/${scenario}/manifests`], fileSystem(process.stdin))
  return objects
}

describe.skipIf(absent !== undefined)(`rehearsals on a cluster${absent === undefined ? '' : `: ${absent}`}`, () => {
  it('brings up the pods, ports and Services that the lab has, each with its labels', async () => {
    const objects = await manifestsOf('ai-saas')
    const { world: wanted } = buildWorld(objects, { allocator: createAllocator() })
    const { fabric, left } = await openRehearsal(clusterOptions(), objects, signal)
    try {
      const world = await fabric.world(signal)
      const spaces = new Set(objects.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name))
      const podsIn = ({ pods }: typeof world) =>
        pods
          .filter(({ namespace }) => spaces.has(namespace))
          // The lab has one node where nothing names more, a cluster as many as it has.
          .filter(
            ({ workload, node }, _, all) =>
              workload.kind !== 'DaemonSet' || node === all.find((pod) => pod.workload.name === workload.name)?.node,
          )
          .map(({ namespace, workload, labels, ports, serviceAccount, ready }) => ({
            ...{ namespace, workload, ports, serviceAccount, ready },
            labels: Object.fromEntries(Object.entries(labels).filter(([key]) => !ownOfControllers.test(key))),
          }))
          .toSorted((a, b) => `${a.namespace}/${a.workload.name}`.localeCompare(`${b.namespace}/${b.workload.name}`))
      expect(podsIn(world)).toEqual(podsIn(wanted))
      expect(world.policies.filter(({ namespace }) => spaces.has(namespace))).toHaveLength(wanted.policies.length)
      expect(left.filter((each) => /^(Deployment|Service|NetworkPolicy|Namespace) /.test(each))).toEqual([])
      const second = openRehearsal(clusterOptions(), objects, signal)
      await expect(second).rejects.toThrow(/another run .* uses the namespace/)
    } finally {
      await fabric[Symbol.asyncDispose]()
    }
  })

  it('touches nothing where one of the namespaces is somebody’s', async () => {
    const client = await connectCluster(access)
    const path = '/api/v1/namespaces'
    const namespaces = async () =>
      new Set(
        (await listObjects(client, { resource: resources.Namespace }, signal)).map(({ metadata }) => metadata.uid),
      )
    await client.send({ method: 'POST', path, body: { metadata: { name: 'crosscheck-somebody' } } }, signal)
    try {
      const objects = await manifestsOf('ai-saas')
      const before = await namespaces()
      const intruder: ManifestObject = {
        ...objects.find(({ kind }) => kind === 'Service')!,
        namespace: 'crosscheck-somebody',
      }
      const moved = {
        ...intruder,
        value: { ...intruder.value, metadata: { name: 'x', namespace: 'crosscheck-somebody' } },
      }
      await expect(openRehearsal(clusterOptions(), [...objects, moved], signal)).rejects.toThrow(
        'the namespace crosscheck-somebody exists and was not made by Crosscheck: nothing is changed in it',
      )
      // Of a rehearsal just before some may still be going: none is new.
      expect([...(await namespaces())].filter((uid) => !before.has(uid))).toEqual([])
    } finally {
      await client.send({ method: 'DELETE', path: `${path}/crosscheck-somebody` }, signal)
      await client.close()
    }
  })
})

/** Labels that controllers add, by name or by value different in lab and cluster; and our own mark. */
const ownOfControllers = /hash|pod-index|pod-name|pod-template-generation|crosscheck\.dev/
