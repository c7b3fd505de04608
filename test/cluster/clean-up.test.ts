import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cleanCluster } from '../../fabric/kubernetes/clean.ts'
import { type Client, connectCluster } from '../../fabric/kubernetes/client.ts'
import { getObject, type LiveObject, listObjects } from '../../fabric/kubernetes/objects.ts'
import { type ResourceKind, resources } from '../../fabric/kubernetes/resources.ts'
import { absent, access } from './opening.ts'

const namespace = 'crosscheck-cleanup'
const { signal } = new AbortController()

describe.skipIf(absent !== undefined)(`cleaning up on a cluster${absent === undefined ? '' : `: ${absent}`}`, () => {
  let client: Client
  beforeAll(async () => {
    client = await connectCluster(access)
    await client.send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } }, signal)
  })
  afterAll(async () => {
    await client.send({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` }, signal)
    await client.close()
  })

  const owned = async (kind: ResourceKind) => {
    const selector = { resource: resources[kind], namespace, labelSelector: 'crosscheck.dev/owned' }
    return listObjects(client, selector, signal)
  }

  /** A runner that has a probe in the namespace and is killed without warning. */
  async function killedRunner(): Promise<void> {
    const child = spawn(process.execPath, ['test/cluster/hold.ts', namespace], { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface({ input: child.stdout })) {
      expect(line).toBe('probe up')
      break
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  it('lets the cluster itself remove what a killed runner left, when its owner expires', async () => {
    await killedRunner()
    const [job] = await owned('Job')
    expect(job!.spec).toMatchObject({ completions: 0, parallelism: 0, ttlSecondsAfterFinished: 120 })
    const [pod] = await owned('Pod')
    expect(pod!.metadata.ownerReferences).toMatchObject([{ kind: 'Job', uid: job!.metadata.uid }])
    await expire(job!)
    await expect.poll(() => owned('Pod'), { timeout: 30_000 }).toEqual([])
    expect(await owned('Job')).toEqual([])
  })

  it('removes at once what a killed runner left, and nothing else', async () => {
    await killedRunner()
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bystander' } }
    await client.send({ method: 'POST', path: `/api/v1/namespaces/${namespace}/configmaps`, body: config }, signal)
    const removed = await cleanCluster(client, signal)
    expect(removed.map((each) => each.replace(/crosscheck-[0-9a-f-]+$/, 'x'))).toEqual([
      `Job ${namespace}/x`,
      `Pod ${namespace}/x`,
    ])
    expect([...(await owned('Pod')), ...(await owned('Job'))]).toEqual([])
    const bystander = { resource: resources.ConfigMap, namespace, name: 'bystander' }
    expect(await getObject(client, bystander, signal)).toBeDefined()
  })

  /** Two minutes pass for the owner alone. */
  async function expire({ metadata: { name } }: LiveObject): Promise<void> {
    const path = `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`
    const contentType = 'application/merge-patch+json'
    await client.send({ method: 'PATCH', path, contentType, body: { spec: { ttlSecondsAfterFinished: 1 } } }, signal)
  }
})
