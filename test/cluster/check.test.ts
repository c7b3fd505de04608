import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { listObjects } from '../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../fabric/kubernetes/api/resources.ts'
import { crosscheck } from '../runner/cli/crosscheck.ts'
import { back, buildTown, front, razeTown } from './live-town.ts'
import { absent, access, image } from './opening.ts'

const { signal } = new AbortController()
const ui = `${front}/deploy/ui`

describe.skipIf(absent !== undefined)(`check on a cluster${absent === undefined ? '' : `: ${absent}`}`, () => {
  let client: Client
  beforeAll(async () => {
    client = await connectCluster(access)
    await buildTown(client)
  })
  afterAll(async () => {
    await razeTown(client)
    await client.close()
  })

  const check = (...args: readonly string[]) => crosscheck(['check', ...args, '--image', image])

  it('shows a path open, at every endpoint', async () => {
    const { code, stdout } = await check(ui, `http://api.${back}`, '-o', 'json')
    const { answer, path } = JSON.parse(stdout) as { answer: string; path: Record<string, unknown> }
    expect([code, answer]).toEqual([0, 'open'])
    expect(path).toMatchObject({ status: 'pass', predicted: { verdict: 'allow' } })
  })

  it('shows a path blocked, against the readiness probe of a stranger’s pod', async () => {
    const { code, stdout } = await check(ui, `${back}/svc/db`, '--expect', 'blocked')
    expect(stdout).toMatch(/^blocked: /)
    expect(stdout).toContain("answers its kubelet's readiness probe on ")
    expect(stdout).toContain('policies are enforced ')
    expect(code).toBe(0)
  })

  it('fails where it is open against the expectation, and leaves nothing behind', async () => {
    const { code, stdout } = await check(`${back}/deploy/api`, `${back}/svc/db`, '--expect', 'blocked')
    expect(stdout).toMatch(/^open: /)
    expect(code).toBe(1)
    for (const namespace of [front, back]) {
      const labelSelector = 'crosscheck.dev/owned'
      expect(await listObjects(client, { resource: resources.Pod, namespace, labelSelector }, signal)).toEqual([])
    }
  })

  it.each([
    [[`${front}/deploy/uj`, `${back}/svc/db`], 2, `FROM: ${front}/deployment/uj has no pod: did you mean`],
    [[ui, `${back}/svc/db`, '-f', 'x.yaml'], 2, 'manifests are given, and nothing says where to measure them'],
    [[ui, `${back}/svc/db`, '--lab', '--context', 'x'], 2, '--context: of a cluster, and not of the lab'],
    [[ui, `${back}/svc/db`, '--context', 'nope'], 4, '--lab -f FILE runs in network namespaces of this machine'],
  ])('%j ends with %i and a way out', async (args, code, message) => {
    const ended = await check(...args)
    expect([ended.code, ended.stdout]).toEqual([code, ''])
    expect(ended.stderr).toContain(message)
  })
})
