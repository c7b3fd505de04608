import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Manifest } from '../../fabric/fabric.ts'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { applyObject, listObjects } from '../../fabric/kubernetes/api/objects.ts'
import { resourceOf, resources } from '../../fabric/kubernetes/api/resources.ts'
import { type Report, reportSchema } from '../../runner/report/schema.ts'
import { crosscheck } from '../runner/cli/crosscheck.ts'
import { folderWith } from '../runner/cli/folder.ts'
import { awkward, inNamespace, namespace, prefix, scenario, workload } from './awkward-objects.ts'
import { absent, access, clusterFabric, image } from './opening.ts'

const { signal } = new AbortController()
const at = (name: string, more: object = {}) => ({ namespace: `${prefix}-${name}`, ...more })

describe.skipIf(absent !== undefined)(`awkward clusters${absent === undefined ? '' : `: ${absent}`}`, () => {
  let client: Client
  const apply = (objects: readonly Manifest[]) =>
    Promise.all(
      objects.map((object) => {
        const { namespace: space, name } = object['metadata'] as { namespace?: string; name: string }
        const resource = resourceOf(String(object['apiVersion']), String(object['kind']))!
        return applyObject(client, { resource, namespace: space, name }, object, signal)
      }),
    )

  beforeAll(async () => {
    client = await connectCluster(access)
    await apply(awkward.filter(({ kind }) => kind === 'Namespace'))
    await apply(awkward.filter(({ kind }) => kind !== 'Namespace'))
    const settled = async () => {
      expect(await readyPods(['plain', 'deny'])).toBe(2)
      expect(await failing('plain')).toEqual(['crash', 'unpulled'])
    }
    await vi.waitFor(settled, { timeout: 120_000, interval: 500 })
  }, 240_000)
  afterAll(async () => {
    const spaces = awkward.flatMap(({ kind, metadata }) => (kind === 'Namespace' ? [(metadata as Named).name] : []))
    await Promise.all(
      spaces.map((name) => client.send({ method: 'DELETE', path: `/api/v1/namespaces/${name}` }, signal)),
    )
    await client.close()
  })

  async function run(spec: Manifest, args: readonly string[] = [], files: Record<string, string> = {}) {
    const folder = await folderWith({ 's.yaml': scenario(spec), ...files })
    const out = `${folder}/report.json`
    const usual = args.includes('--image') ? [] : ['--image', image]
    const ended = await crosscheck(['run', `${folder}/s.yaml`, '-o', `json=${out}`, ...usual, ...args])
    const text = await readFile(out, 'utf8').catch(() => undefined)
    const report: Report | undefined = text === undefined ? undefined : reportSchema.parse(JSON.parse(text))
    const of = (from: string, to: string) => {
      const path = report?.paths.find((each) => each.from === from && each.to === to)
      if (path === undefined) throw new Error(`no path from ${from} to ${to}: ${ended.stderr}`)
      const { status, cause, explanation, control, predicted } = path
      const told = [explanation, ...control.map(({ sentence }) => sentence)].join('\n')
      return { status, cause, told, predicted: [predicted?.verdict, ...(predicted?.evidence ?? [])].join('\n') }
    }
    return { ...ended, report, of }
  }

  it('gives the right verdict for each, or says what is in the way', async () => {
    const { code, of, report } = await run({
      sources: {
        ...{ plain: at('plain'), deny: at('deny'), cut: at('cut'), psa: at('psa'), limits: at('limits') },
        ...{ quota: at('quota'), tight: at('tight'), nowhere: at('plain', { node: 'no-such-node' }) },
        'like-zero': at('plain', { like: 'deployment/zero' }),
        'as-zero': at('plain', { as: 'deployment/zero' }),
      },
      targets: {
        ...{ web: `tcp://web.${prefix}-plain:80`, pod: `${prefix}-plain/deployment/web:8080` },
        ...{ denied: `tcp://web.${prefix}-deny:80`, crash: `tcp://crash.${prefix}-plain:80` },
        ...{ zero: `tcp://zero.${prefix}-plain:80`, 'zero-pods': `${prefix}-plain/deployment/zero:8080` },
        unpulled: `tcp://unpulled.${prefix}-plain:80`,
      },
      paths: [
        { from: ['plain', 'psa', 'limits', 'like-zero'], to: 'pod', expect: 'allowed' },
        { from: 'deny', to: ['web', 'pod'], expect: 'blocked' },
        { from: 'plain', to: 'denied', expect: 'blocked' },
        { from: 'cut', to: ['web', 'pod'], expect: 'allowed' },
        { from: ['quota', 'tight', 'nowhere', 'as-zero'], to: 'web', expect: 'allowed' },
        { from: 'plain', to: ['crash', 'zero', 'zero-pods', 'unpulled'], expect: 'blocked' },
      ],
    })
    expect(code).toBe(1)
    for (const from of ['plain', 'psa', 'limits', 'like-zero'])
      expect(of(from, 'pod'), from).toMatchObject({ status: 'pass', cause: null })
    // Without DNS and without any egress it is judged by address, and its own policy is named.
    for (const to of ['web', 'pod']) expect(of('deny', to), to).toMatchObject({ status: 'pass', cause: null })
    expect(of('deny', 'web').told).toContain(`its egress policy ${prefix}-deny/default-deny forbids the control`)
    // Whether it listens is shown without an ephemeral container, and without a path to it.
    expect(of('plain', 'denied')).toMatchObject({ status: 'pass', cause: null })
    expect(of('cut', 'web')).toMatchObject({ status: 'fail', cause: 'dns' })
    expect(of('cut', 'web').told).toContain('no name server answers')
    expect(of('cut', 'web').predicted).toContain(`${prefix}-cut/without-dns`)
    expect(of('cut', 'pod')).toMatchObject({ status: 'pass' })
    const missing = { status: 'inconclusive', cause: 'source_missing' }
    expect(of('quota', 'web')).toMatchObject({
      ...missing,
      told: `the source cannot be had: no probe in ${prefix}-quota: the ResourceQuota full is full: pods 0 of 0 used, 1 more needed`,
    })
    expect(of('tight', 'web')).toMatchObject({
      ...missing,
      told: `the source cannot be had: no probe in ${prefix}-tight: the LimitRange small leaves it 32Mi of memory, and 48Mi are needed`,
    })
    expect(of('nowhere', 'web')).toMatchObject({
      ...missing,
      told: 'the source cannot be had: there is no node no-such-node',
    })
    expect(of('as-zero', 'web')).toMatchObject({
      ...missing,
      told: `the source cannot be had: ${prefix}-plain/deployment/zero has no pod`,
    })
    const unready = { status: 'inconclusive', cause: 'no_endpoints' }
    expect(of('plain', 'crash')).toMatchObject(unready)
    expect(of('plain', 'crash').told).toMatch(
      /has no ready endpoints \(1 not ready: crash-\S+: app (waits|has ended): /,
    )
    expect(of('plain', 'unpulled')).toMatchObject(unready)
    expect(of('plain', 'unpulled').told).toMatch(/app waits: (ErrImagePull|ImagePullBackOff): .*registry\.invalid/)
    expect(of('plain', 'zero')).toMatchObject({
      ...unready,
      told: `Service ${prefix}-plain/zero has no ready endpoints (no pod matches its selector)`,
    })
    expect(of('plain', 'zero-pods')).toMatchObject({
      ...{ status: 'inconclusive', cause: 'target_gone' },
      told: `${prefix}-plain/deployment/zero has no pod`,
    })
    expectEvidence(report!)
  })

  /** Enough to repeat it: who, where, with what. */
  function expectEvidence({ run: head, paths }: Report): void {
    expect(head).toMatchObject({
      where: 'cluster',
      cluster: { uid: expect.stringMatching(/^[0-9a-f-]{36}$/), version: expect.stringMatching(/^v1\./) },
      image: expect.stringMatching(/sha256:[0-9a-f]{64}/),
      user: expect.stringMatching(/./),
      scenarios: [{ name: 'awkward', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    })
    expect(head.policies).toContainEqual({
      ...{ scenario: 'awkward', namespace: `${prefix}-deny`, name: 'default-deny' },
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      resourceVersion: expect.stringMatching(/^\d+$/),
    })
    const { source, endpoints, control } = paths.find(({ from, to }) => from === 'deny' && to === 'pod')!
    expect(source).toMatchObject({
      pod: expect.stringContaining(`${prefix}-deny/`),
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      node: expect.stringMatching(/./),
    })
    expect(source!.addresses.length).toBeGreaterThan(0)
    for (const endpoint of endpoints)
      expect(endpoint).toMatchObject({
        ...{ pod: expect.stringContaining(`${prefix}-plain/web-`), node: expect.stringMatching(/./) },
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        family: endpoint.address.includes(':') ? 6 : 4,
      })
    expect(control.map(({ kind }) => kind)).toContain('egress-policy')
  }

  it('puts no probe on a node that is cordoned', async () => {
    const fabric = await clusterFabric()
    const { nodes } = await fabric.world(signal)
    const node = nodes.at(-1)!.name
    const cordon = (unschedulable: boolean | null) =>
      client.send(
        {
          ...{ method: 'PATCH', path: `/api/v1/nodes/${node}`, body: { spec: { unschedulable } } },
          contentType: 'application/merge-patch+json',
        },
        signal,
      )
    try {
      await cordon(true)
      expect(await fabric.probe({ kind: 'namespace', namespace: `${prefix}-plain`, node }, signal)).toEqual({
        unavailable: `the node ${node} is cordoned: no pod is put there`,
      })
    } finally {
      await cordon(null)
      await fabric[Symbol.asyncDispose]()
    }
  })

  it('says that the image of the probes cannot be pulled', async () => {
    const { code, stderr } = await run(
      {
        sources: { plain: at('plain') },
        targets: { web: `tcp://web.${prefix}-plain:80` },
        paths: [{ from: 'plain', to: 'web', expect: 'allowed' }],
      },
      ['--image', 'registry.invalid/none:1'],
    )
    expect(code).toBe(4)
    expect(stderr).toMatch(
      /^crosscheck: Pod crosscheck-canary-\S+ does not run: .*ErrImagePull.*registry\.invalid\/none/,
    )
  })

  it.each([
    {
      why: 'a quota that admits no pod',
      extra: [inNamespace('rehearsed', 'ResourceQuota', 'full', { hard: { pods: '0' } })],
      args: [],
      told: /Deployment crosscheck-h-rehearsed\/web is not ready: no pod of it is admitted: .*exceeded quota: full/,
    },
    {
      why: 'an image that cannot be pulled',
      extra: [],
      args: ['--image', 'registry.invalid/none:1'],
      told: /Deployment crosscheck-h-rehearsed\/web is not ready: .*(ErrImagePull|ImagePullBackOff).*registry\.invalid\/none/,
    },
  ])('does not rehearse on $why, and leaves nothing', async ({ extra, args, told }) => {
    const manifests = [namespace('rehearsed'), ...workload('rehearsed', 'web'), ...extra]
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests })
    const { code, stderr } = await run(
      {
        manifests: ['manifests.json'],
        sources: { web: at('rehearsed', { like: 'deployment/web' }) },
        targets: { web: `tcp://web.${prefix}-rehearsed:80` },
        paths: [{ from: 'web', to: 'web', expect: 'allowed' }],
      },
      ['--rehearse', ...args],
      { 'manifests.json': list },
    )
    expect(code).toBe(4)
    expect(stderr).toMatch(told)
    const spaces = await listObjects(client, { resource: resources.Namespace }, signal)
    const left = spaces.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    expect(left.map(({ metadata }) => metadata.name)).not.toContain(`${prefix}-rehearsed`)
  })

  async function readyPods(spaces: readonly string[]): Promise<number> {
    const lists = await Promise.all(spaces.map((name) => podsIn(name)))
    return lists
      .flat()
      .filter(({ status }) => conditions(status).some(({ type, status: held }) => type === 'Ready' && held === 'True'))
      .length
  }

  /** Workloads of which a container was seen to fail. */
  async function failing(space: string): Promise<string[]> {
    const ill = (await podsIn(space)).filter(({ status }) =>
      /BackOff|ErrImagePull|RunContainerError|StartError/.test(JSON.stringify(status?.['containerStatuses'] ?? [])),
    )
    return ill.map(({ metadata }) => metadata.labels?.['app'] ?? '').toSorted()
  }

  function podsIn(name: string) {
    return listObjects(client, { resource: resources.Pod, namespace: `${prefix}-${name}` }, signal)
  }
})

interface Named {
  readonly name: string
}

function conditions(status: Manifest | undefined) {
  return (status?.['conditions'] ?? []) as readonly { readonly type: string; readonly status: string }[]
}
