import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { deleteObject, getObject, type LiveObject, listObjects } from '../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../fabric/kubernetes/api/resources.ts'
import { waitUntilGone } from '../../fabric/kubernetes/change/readiness.ts'
import { crosscheck } from '../runner/cli/crosscheck.ts'
import { absent, access } from './opening.ts'

const namespace = 'crosscheck-cleanup'
const rehearsed = 'crosscheck-cleanup-rehearsed'
const { signal } = new AbortController()

describe.skipIf(absent !== undefined)(`cleaning up on a cluster${absent === undefined ? '' : `: ${absent}`}`, () => {
  let client: Client
  beforeAll(async () => {
    client = await connectCluster(access)
    await client.send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } }, signal)
  })
  afterAll(async () => {
    const spaces = [namespace, rehearsed].map((name) => ({ resource: resources.Namespace, name }))
    await Promise.all(spaces.map((at) => deleteObject(client, at, {}, signal)))
    await waitUntilGone(client, spaces, signal)
    await client.close()
  })

  /** As an administrator looks for what is left. */
  const owned = (within: string): string[] => {
    const kinds = 'all,networkpolicies,roles,rolebindings,serviceaccounts,configmaps,resourcequotas,limitranges'
    const args = ['get', kinds, '-n', within, '-l', 'crosscheck.dev/owned', '-o', 'name']
    return execFileSync('kubectl', args, { encoding: 'utf8' }).split('\n').filter(Boolean).toSorted()
  }
  const clean = (...args: string[]) => crosscheck(['clean', '-n', namespace, '-n', rehearsed, ...args])
  const withoutId = (text: string) => text.replaceAll(/crosscheck-[0-9a-f]{8}(-[0-9a-f]{8})?/g, 'x')

  /** A runner that is killed without warning when it is at work in the namespace. */
  async function killedRunner(...args: readonly string[]): Promise<LiveObject> {
    const child = spawn(process.execPath, ['test/cluster/hold.ts', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface({ input: child.stdout })) {
      expect(line).toBe('up')
      break
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
    const labelSelector = 'crosscheck.dev/owned'
    const [job] = await listObjects(client, { resource: resources.Job, namespace: args[0], labelSelector }, signal)
    expect(job!.spec).toMatchObject({ completions: 0, parallelism: 0, ttlSecondsAfterFinished: 120 })
    return job!
  }

  const patch = (path: string, body: unknown) =>
    client.send({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body }, signal)
  /** Time passes for the owner alone: this much is left of its two minutes. */
  const left = ({ metadata }: LiveObject, seconds: number) =>
    patch(`/apis/batch/v1/namespaces/${metadata.namespace}/jobs/${metadata.name}`, {
      spec: { ttlSecondsAfterFinished: seconds },
    })

  it('lets the cluster itself remove what a killed runner left, when its owner expires', async () => {
    const job = await killedRunner(namespace)
    const labelSelector = 'crosscheck.dev/owned'
    const [pod] = await listObjects(client, { resource: resources.Pod, namespace, labelSelector }, signal)
    expect(pod!.metadata.ownerReferences).toMatchObject([{ kind: 'Job', uid: job.metadata.uid }])
    await left(job, 1)
    await expect.poll(() => owned(namespace), { timeout: 30_000 }).toEqual([])
  })

  it('leaves a run that may be alive what it has, and removes what a dead one left, and nothing else', async () => {
    const job = await killedRunner(namespace)
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bystander' } }
    await client.send({ method: 'POST', path: `/api/v1/namespaces/${namespace}/configmaps`, body: config }, signal)
    const early = await clean()
    expect(early).toMatchObject({ code: 0, stdout: '' })
    expect(early.stderr).toMatch(/run [0-9a-f]{8} may be alive \(it said so \d+ s ago\), and is left what it has: Job /)
    expect(owned(namespace)).toHaveLength(2)

    await left(job, 60)
    const tried = await clean('--dry-run')
    expect(withoutId(tried.stdout)).toBe(`would remove Job ${namespace}/x\nwould remove Pod ${namespace}/x\n`)
    expect(owned(namespace)).toHaveLength(2)

    const { code, stdout } = await clean()
    expect([code, withoutId(stdout)]).toEqual([0, `removed Job ${namespace}/x\nremoved Pod ${namespace}/x\n`])
    expect(owned(namespace)).toEqual([])
    const bystander = { resource: resources.ConfigMap, namespace, name: 'bystander' }
    expect(await getObject(client, bystander, signal)).toBeDefined()
    expect((await clean()).stderr).toContain('nothing is left')
  })

  it('--all removes what a run that may be alive has', async () => {
    await killedRunner(namespace)
    expect(withoutId((await clean('--all')).stdout)).toContain(`removed Pod ${namespace}/x\n`)
    expect(owned(namespace)).toEqual([])
  })

  it('removes the namespace of a killed rehearsal, but only when nothing of others is in it', async () => {
    const job = await killedRunner(rehearsed, 'rehearse')
    expect(owned(rehearsed)).toContain('deployment.apps/web')
    await left(job, 1)
    await expect.poll(() => owned(rehearsed), { timeout: 60_000 }).toEqual([])
    expect((await clean()).stderr).toContain(`is left what it has: Namespace ${rehearsed}`)

    const path = `/api/v1/namespaces/${rehearsed}`
    await patch(path, { metadata: { annotations: { 'crosscheck.dev/expires': '2026-01-01T00:00:00Z' } } })
    await client.send({ method: 'POST', path: `${path}/secrets`, body: { metadata: { name: 'somebodys' } } }, signal)
    const kept = await clean()
    expect(kept.stderr).toContain(`left: Namespace ${rehearsed} holds what Crosscheck did not make: Secret somebodys`)
    await client.send({ method: 'DELETE', path: `${path}/secrets/somebodys` }, signal)
    expect((await clean()).stdout).toBe(`removed Namespace ${rehearsed}\n`)
  })
})
