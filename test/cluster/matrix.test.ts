import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { listObjects } from '../../fabric/kubernetes/api/objects.ts'
import { resources } from '../../fabric/kubernetes/api/resources.ts'
import { type Cell, matrixSchema } from '../../runner/matrix/cell.ts'
import { crosscheck } from '../runner/cli/crosscheck.ts'
import { back, buildTown, front, limitedTo, razeTown } from './live-town.ts'
import { absent, access, image } from './opening.ts'

const { signal } = new AbortController()
const inTown = ['-n', front, '-n', back]

describe.skipIf(absent !== undefined)(`matrix on a cluster${absent === undefined ? '' : `: ${absent}`}`, () => {
  let client: Client
  beforeAll(async () => {
    client = await connectCluster(access)
    await buildTown(client)
  })
  afterAll(async () => {
    await razeTown(client)
    await client.close()
  })

  const cellsOf = (stdout: string) => matrixSchema.parse(JSON.parse(stdout)).cells
  /** Pods by their workload, each different line once. */
  const told = (cells: readonly Cell[], state: 'predicted' | 'observed') => {
    const name = (pod: string) => pod.replace(/-[^-/]+-[^-/]+$/, '').replace('crosscheck-live-', '')
    return [
      ...new Set(cells.map((cell) => `${name(cell.from)} ${name(cell.to)}:${cell.port} ${cell[state]}`)),
    ].toSorted()
  }

  it('computes it from what is read', async () => {
    const { code, stdout, stderr } = await crosscheck(['matrix', '--predict', ...inTown, '-o', 'json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(told(cellsOf(stdout), 'predicted')).toEqual([
      ...['back/api back/api:4000 allow', 'back/api back/db:5432 allow', 'back/api front/ui:3000 allow'],
      ...['back/db back/api:4000 allow', 'back/db front/ui:3000 allow'],
      ...['front/ui back/api:4000 allow', 'front/ui back/db:5432 deny'],
    ])
  })

  it('measures it by one probe for each workload, says first what it takes, and leaves nothing', async () => {
    const { code, stdout, stderr } = await crosscheck(['matrix', ...inTown, '--image', image, '-o', 'json'])
    expect(stderr).toMatch(/^crosscheck: 4 pods: 3 probes, 9 connections, about \d+ s\n$/)
    expect(code).toBe(0)
    const cells = cellsOf(stdout)
    expect(told(cells, 'observed')).toEqual([
      ...['back/api back/api:4000 open', 'back/api back/db:5432 open', 'back/api front/ui:3000 open'],
      ...['back/db back/api:4000 open', 'back/db front/ui:3000 open'],
      ...['front/ui back/api:4000 open', 'front/ui back/db:5432 blocked'],
    ])
    expect(cells.every(({ predicted }) => predicted !== undefined)).toBe(true)
    for (const namespace of [front, back]) {
      const labelSelector = 'crosscheck.dev/owned'
      expect(await listObjects(client, { resource: resources.Pod, namespace, labelSelector }, signal)).toEqual([])
    }
  })

  it('does not start among many pods where nobody agrees', async () => {
    const path = `/api/v1/namespaces/${front}/pods`
    const spec = { nodeSelector: { none: 'none' }, containers: [{ name: 'c', image, ports: [{ containerPort: 1 }] }] }
    const names = Array.from({ length: 51 }, (_, index) => `many-${index}`)
    for (const name of names)
      await client.send({ method: 'POST', path, body: { metadata: { name, labels: { many: 'many' } }, spec } }, signal)
    const { code, stdout, stderr } = await crosscheck(['matrix', '-l', 'many=many', '--image', image])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('51 pods are many, and there is no terminal to ask at\n  hint: add --yes, or fewer')
    const agreed = await crosscheck(['matrix', '-l', 'many=many', '-n', front, '--yes', '--image', image, '-o', 'json'])
    expect(agreed.code).toBe(0)
    expect(new Set(cellsOf(agreed.stdout).map(({ reason }) => reason))).toEqual(new Set(['no_address']))
  })

  it('says what it may not read', async () => {
    const half = await limitedTo(client, [front])
    const { code, stderr } = await crosscheck(['matrix', '--predict', '-n', back, '--kubeconfig', half])
    expect(code).toBe(4)
    expect(stderr).toContain(`the pods of ${back} cannot be read: `)
  })

  it.each([
    [[], 2, 'matrix of a live cluster: of which pods?\n  hint: name namespaces by -n, labels by -l, or all pods by -A'],
    [['-n', `${front}t`], 2, `-n ${front}t: there is no namespace ${front}t\n  hint: did you mean ${front}?`],
    [['-A', '--context', 'x', '-f', 'a.yaml'], 2, '--context asks for a live cluster, and manifests are given too'],
    [['-A', '--context', 'x', '--lab'], 2, '--context: of a cluster, and not of the lab'],
    [['-A', '--context', 'nope'], 4, '--lab -f FILE measures in network namespaces of this machine'],
  ])('%j ends with %i and a way out', async (args, code, message) => {
    const ended = await crosscheck(['matrix', ...args])
    expect([ended.code, ended.stdout]).toEqual([code, ''])
    expect(ended.stderr).toContain(message)
  })
})
