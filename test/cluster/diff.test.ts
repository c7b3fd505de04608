import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { changesSchema } from '../../runner/diff/json-schema.ts'
import { crosscheck } from '../runner/cli/crosscheck.ts'
import { back, buildTown, front, limitedTo, policyFor, razeTown } from './live-town.ts'
import { absent, access } from './opening.ts'

describe.skipIf(absent !== undefined)(`diff --live on a cluster${absent === undefined ? '' : `: ${absent}`}`, () => {
  let client: Client
  beforeAll(async () => {
    client = await connectCluster(access)
    await buildTown(client)
  })
  afterAll(async () => {
    await razeTown(client)
    await client.close()
  })

  const diff = (manifests: readonly object[], ...options: string[]) =>
    crosscheck(['diff', '--live', '-', ...options], { input: manifests.map((each) => stringify(each)).join('---\n') })

  it('says that manifests which are in force change nothing', async () => {
    expect(await diff([policyFor('api')])).toEqual({ code: 0, stdout: 'no path changes\n', stderr: '' })
  })

  it('says what applying them would open and close, and applies nothing', async () => {
    const closed = { ...policyFor('api'), spec: { podSelector: {}, policyTypes: ['Ingress'] } }
    const first = await diff([{ ...closed, metadata: { namespace: back, name: 'all' } }, policyFor('db')], '-o', 'json')
    const { opens, closes } = changesSchema.parse(JSON.parse(first.stdout))
    expect(first.code).toBe(1)
    expect(opens).toEqual([])
    const own = closes.filter(({ from }) => from.startsWith(front) || from.startsWith(back))
    expect(own.map(({ from, to, port }) => `${from} ${to}:${port}`)).toEqual([
      `${back}/api ${back}/api:4000`,
      `${back}/api ${back}/db:5432`,
      `${back}/db ${back}/api:4000`,
      `${front}/ui ${back}/api:4000`,
    ])
    expect((await diff([policyFor('api')])).code).toBe(0)
  })

  it('counts policies that the manifests leave out as removed only where that is asked for', async () => {
    const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: back } }
    const kept = await diff([space])
    expect(kept.code).toBe(0)
    expect(kept.stderr).toContain(`a policy of the cluster that the manifests do not have: ${back}/db-clients`)
    const pruned = await diff([space], '--prune')
    expect(pruned.code).toBe(1)
    expect(pruned.stdout).toMatch(new RegExp(`${front}/ui +→ +${back}/db:5432/TCP`))
  })

  it('refuses to compare what it may not read', async () => {
    const half = await limitedTo(client, [front])
    const { code, stdout, stderr } = await diff([policyFor('api')], '--kubeconfig', half)
    expect([code, stdout]).toEqual([4, ''])
    expect(stderr).toContain(`what would change in ${back} cannot be told: `)
    const whole = await limitedTo(client, [front, back])
    const told = await diff([policyFor('api')], '--kubeconfig', whole)
    expect([told.code, told.stdout]).toEqual([0, 'no path changes\n'])
    expect(told.stderr).toContain('only what could be read is compared: ')
  })

  it.each([
    [['diff', 'a.yaml'], 'name a second set of manifests, or add --live for the cluster'],
    [['diff', 'a.yaml', 'b.yaml', '--live'], 'diff --live takes one set of manifests'],
    [['diff', 'a.yaml', 'b.yaml', '--prune'], '--prune: of no use without --live'],
  ])('%j is a mistake with a way out', async (args, message) => {
    const { code, stderr } = await crosscheck(args)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})
