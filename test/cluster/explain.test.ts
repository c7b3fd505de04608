import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { explanationSchema } from '../../runner/explain/json-schema.ts'
import { crosscheck } from '../runner/cli/crosscheck.ts'
import { back, buildTown, front, limitedTo, policyFor, razeTown } from './live-town.ts'
import { absent, access } from './opening.ts'

const { signal } = new AbortController()
const ui = `${front}/deploy/ui`
const db = `${back}/svc/db`

describe.skipIf(absent !== undefined)(`explain on a cluster${absent === undefined ? '' : `: ${absent}`}`, () => {
  let client: Client
  beforeAll(async () => {
    client = await connectCluster(access)
    await buildTown(client)
  })
  afterAll(async () => {
    await razeTown(client)
    await client.close()
  })

  const explained = async (from: string, to: string, ...options: string[]) => {
    const { code, stdout, stderr } = await crosscheck(['explain', from, to, '-o', 'json', ...options])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return explanationSchema.parse(JSON.parse(stdout))
  }

  it('says which policy blocks a path, and by which check it is proved', async () => {
    const { verdict, hops, proof, unread } = await explained(ui, db)
    expect([verdict, unread]).toEqual(['deny', []])
    expect(hops[0]!.sides[1]!.nearestMiss).toMatch(
      new RegExp(`^${back}/db-clients ingress\\[0\\] would admit it, but: `),
    )
    expect(proof).toBe(`crosscheck check ${ui} ${db} --expect blocked`)
  })

  it('begins with who changed what on this path', async () => {
    const path = `/apis/networking.k8s.io/v1/namespaces/${back}/networkpolicies/db-clients?fieldManager=somebody`
    const body = { spec: { ingress: [] } }
    const contentType = 'application/merge-patch+json'
    await client.send({ method: 'PATCH', path, body, contentType }, signal)
    const label = { metadata: { labels: { team: 'red' } } }
    const space = `/api/v1/namespaces/${front}?fieldManager=labeller`
    await client.send({ method: 'PATCH', path: space, body: label, contentType }, signal)
    const { changes } = await explained(ui, db)
    const told = changes!.changes.map(({ object, what, by }) => `${object}: ${what} by ${by}`)
    expect(told).toContain(`Namespace ${front}: labels by labeller`)
    expect(told.filter((line) => line.startsWith(`NetworkPolicy ${back}/db-clients`))[0]).toMatch(
      /: (spec|created) by /,
    )
    expect(told).toContain(`Service ${back}/db: endpoints by kube-controller-manager`)
    expect(told.join()).toContain(`Deployment ${back}/db: created by `)
    expect(told.join()).not.toContain(`${back}/api`)
    const { stdout } = await crosscheck(['explain', ui, db])
    expect(stdout).toMatch(/^.*: policies block it\n\nchanged in the last 24 h\n/)
    await client.send({ method: 'PATCH', path, body: { spec: policyFor('api')['spec'] }, contentType }, signal)
  })

  it('follows a name to the endpoints, and asks about DNS', async () => {
    const { verdict, way, hops } = await explained(ui, `http://api.${back}`)
    expect(verdict).toBe('allow')
    expect(way.join()).toContain("policies see the pod's port 4000, not the Service's")
    expect(hops.flatMap(({ to }) => to)).toHaveLength(2)
  })

  it('makes nothing on the cluster', async () => {
    const before = await podNames()
    await explained(ui, db)
    expect(await podNames()).toEqual(before)
  })

  it('promises nothing where it may not read the policies of an end, and says why', async () => {
    const whole = await limitedTo(client, [front, back])
    const own = await explained(ui, `${back}/deploy/db:5432`, '--kubeconfig', whole)
    expect(own.verdict).toBe('deny')
    expect(own.unread).toEqual([])
    expect(own.changes!.unread.join()).toContain('namespaces "crosscheck-live-front" is forbidden')
    const named = await explained(ui, `tcp://db.${back}:5432`, '--kubeconfig', whole)
    expect(named.verdict).toBe('deny')
    const open = await explained(ui, `tcp://api.${back}:80`, '--kubeconfig', whole)
    expect(open.verdict).toBe('undefined')
    expect(open.unread.join()).toContain("the cluster's DNS servers could not be read")
    const half = await limitedTo(client, [front])
    const { verdict, unread } = await explained(ui, `${back}/deploy/db:5432`, '--kubeconfig', half)
    expect([verdict, unread.join()]).toEqual(['undefined', expect.stringContaining('pods is forbidden')])
    const hidden = await crosscheck(['explain', ui, db, '--kubeconfig', half])
    expect(hidden.code).toBe(4)
    expect(hidden.stderr).toContain('not read, and it may be there: ')
    expect(hidden.stderr).toContain('services is forbidden')
  })

  it.each([
    [['explain', `${front}/deploy/uj`, db], 2, `FROM: ${front}/deployment/uj has no pod: did you mean`],
    [
      ['explain', 'crosscheck-live-frontt/deploy/ui', db],
      2,
      'FROM: there is no namespace crosscheck-live-frontt: did you',
    ],
    [['explain', ui, `${back}/svc/dc`], 2, `TO: namespace ${back} has no Service dc: did you mean`],
    [['explain', ui, db, '--context', 'nope'], 4, 'there is no context "nope"; the kubeconfig has '],
    [
      ['explain', ui, db, '--context', 'x', '-f', 'a.yaml'],
      2,
      '--context asks for a live cluster, and manifests are given too',
    ],
  ])('%j ends with %i and says what to do', async (args, code, message) => {
    const ended = await crosscheck(args)
    expect([ended.code, ended.stdout]).toEqual([code, ''])
    expect(ended.stderr).toContain(message)
  })

  async function podNames(): Promise<unknown> {
    const answer = await client.send({ method: 'GET', path: `/api/v1/namespaces/${front}/pods` }, signal)
    return (answer as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name)
  }
})
