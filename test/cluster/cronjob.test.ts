import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { Manifest } from '../../fabric/fabric.ts'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { deleteObject, type LiveObject } from '../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../fabric/kubernetes/api/resources.ts'
import { crosscheck } from '../runner/cli/crosscheck.ts'
import { absent, access, image } from './opening.ts'
import { allowDb, apply, buildTown, namesOf, razeTown, read, scenarioOf, townOf } from './resident-town.ts'

const { signal } = new AbortController()
const town = townOf('crosscheck-cron')
const { front, back, canary } = town
/** What the file calls `crosscheck` and `crosscheck-runner` is somebody's on a cluster that is used. */
const home = 'crosscheck-cron'
const runner = process.env['CROSSCHECK_RUNNER_IMAGE'] ?? 'crosscheck-runner:dev'
const kubectl = async (...args: string[]) => (await promisify(execFile)('kubectl', ['-n', home, ...args])).stdout

describe.skipIf(absent !== undefined)(`the scheduled check${absent === undefined ? '' : `: ${absent}`}`, () => {
  let client: Client
  let folder: string
  beforeAll(async () => {
    client = await connectCluster(access)
    await buildTown(client, town)
    const [namespace, ...objects] = await cronObjects()
    await apply(client, namespace!)
    const data = { 'town.yaml': scenarioOf(town) }
    const metadata = { namespace: home, name: 'crosscheck-scenarios' }
    await apply(client, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
    for (const object of objects) {
      const { apiVersion, kind, metadata } = object as unknown as LiveObject
      const cluster = kind!.startsWith('Cluster')
      const plural = `${kind!.toLowerCase()}s`
      await apply(client, object, { apiVersion: apiVersion!, kind: kind!, plural, namespaced: !cluster })
      expect(metadata.namespace).toBe(cluster ? undefined : home)
    }
    folder = await mkdtemp(join(tmpdir(), 'crosscheck-cron-'))
    await writeFile(join(folder, 'town.yaml'), scenarioOf(town))
  })
  afterAll(async () => {
    const roles = '/apis/rbac.authorization.k8s.io/v1'
    for (const kind of ['clusterroles', 'clusterrolebindings'])
      await client.send({ method: 'DELETE', path: `${roles}/${kind}/${home}` }, signal)
    for (const name of [home, canary]) await deleteObject(client, { resource: resources.Namespace, name }, {}, signal)
    await razeTown(client, town)
    await rm(folder, { recursive: true })
    await client.close()
  })

  /** One run of it, as `kubectl create job --from=cronjob` makes it: the condition that it ends with, its log, and whether it was tried again. */
  async function runOf(name: string) {
    await kubectl('create', 'job', name, '--from=cronjob/crosscheck')
    const conditions = async () => {
      const live = await read(client, 'Job', home, name)
      return ((live!.status?.['conditions'] ?? []) as { type: string; status: string }[])
        .filter(({ status }) => status === 'True')
        .map(({ type }) => type)
    }
    await expect
      .poll(conditions, { timeout: 110_000 })
      .toEqual(expect.arrayContaining([expect.stringMatching(/^(Complete|Failed)$/)]))
    const pods = await namesOf(client, 'Pod', home, `job-name=${name}`)
    return {
      ended: (await conditions()).find((type) => /^(Complete|Failed)$/.test(type)),
      pods,
      log: await kubectl('logs', `job/${name}`),
    }
  }

  it('passes; fails with path and cause in its log when a policy is deleted; passes again when it is restored', async () => {
    const options = ['--image', image, '--canary-namespace', canary, '--reader', `${home}:crosscheck-runner`]
    expect(await crosscheck(['probes', 'install', folder, ...options])).toMatchObject({ code: 0, stderr: '' })
    const before = await runOf('before')
    expect(before, before.log).toMatchObject({ ended: 'Complete', log: expect.stringContaining('6 passed in ') })
    await deleteObject(client, { resource: resources.NetworkPolicy, namespace: back, name: 'db-clients' }, {}, signal)
    const drifted = await runOf('drifted')
    expect(drifted.ended, drifted.log).toBe('Failed')
    expect(drifted.pods).toHaveLength(1)
    expect(drifted.log).toMatch(/✗ FAIL ui → db.*: expected blocked, saw open\n.*cause policy/)
    expect(drifted.log).toContain(`namespace ${back} has no NetworkPolicy`)
    await allowDb(client, back)
    const restored = await runOf('restored')
    expect(restored, restored.log).toMatchObject({ ended: 'Complete' })
    for (const namespace of [front, back, canary, home])
      expect(await namesOf(client, 'Pod', namespace, 'crosscheck.dev/owned')).toEqual([])
  }, 360_000)

  it('fails where nothing is known of a path, and says what is missing', async () => {
    const path = `/apis/apps/v1/namespaces/${front}/deployments/ui`
    const body = { spec: { template: { metadata: { labels: { tier: 'web' } } } } }
    await client.send({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body }, signal)
    const { ended, log } = await runOf('relabelled')
    expect(ended, log).toBe('Failed')
    expect(log).toContain('no resident probe of')
  })
})

/** The objects of the file, in a namespace and with an image of the test's. */
async function cronObjects(): Promise<Manifest[]> {
  const text = await readFile('deploy/cronjob.yaml', 'utf8')
  const moved = text
    .replaceAll('namespace: crosscheck,', `namespace: ${home},`)
    .replace('metadata: { name: crosscheck, labels', `metadata: { name: ${home}, labels`)
    .replaceAll(/(kind: ClusterRole\w*\nmetadata: \{ name: |kind: ClusterRole, name: )crosscheck-runner/g, `$1${home}`)
    .replace(/image: .*/, `image: ${runner}`)
    .replace('args: [run, /scenarios]', `args: [run, /scenarios, --canary-namespace, ${canary}]`)
    .replace('  schedule:', '  suspend: true\n  schedule:')
  return parseAllDocuments(moved).map((document) => document.toJS() as Manifest)
}
