import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { matrixSchema } from '../../../runner/matrix/cell.ts'
import { crosscheck } from '../cli/crosscheck.ts'
import { folderWith } from '../cli/folder.ts'
import { denyIngress, namespace, pod, service } from '../objects.ts'

const objects = [
  namespace('a'),
  pod('a/web', { addresses: ['10.77.1.2'] }),
  pod('a/db', { addresses: ['10.77.1.3'] }),
  denyIngress('a/none', 'db'),
]
const manifests = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })

test('a predicted matrix has the cells of a measured one, with `predicted` in place of `observed`', async () => {
  const args = ['matrix', '--predict', '-f', '-', '--port', '8080', '--port', '9/sctp', '-o', 'json']
  const { code, stdout, stderr } = await crosscheck(args, { input: manifests })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const document = JSON.parse(stdout) as unknown
  matrixSchema.parse(document)
  expect(document).toEqual({
    cells: [
      { from: 'a/web', to: 'a/db', port: 8080, protocol: 'TCP', predicted: 'deny' },
      { from: 'a/web', to: 'a/db', port: 9, protocol: 'SCTP', predicted: 'deny' },
      { from: 'a/db', to: 'a/web', port: 8080, protocol: 'TCP', predicted: 'allow' },
      { from: 'a/db', to: 'a/web', port: 9, protocol: 'SCTP', predicted: 'allow' },
    ],
    assumed: ['node node-1'],
  })
})

test('with --lab and --predict both columns stand in every cell, and the table is that of the packets', async () => {
  const folder = await folderWith({})
  const outputs = ['-o', 'json', '-o', `text=${folder}/matrix.txt`]
  const args = ['matrix', '--predict', '--lab', '-f', '-', '--port', '8080', ...outputs]
  const { code, stdout } = await crosscheck(args, { input: manifests })
  expect(code).toBe(0)
  const { cells } = matrixSchema.parse(JSON.parse(stdout))
  expect(cells.map(({ predicted, observed }) => [predicted, observed])).toEqual([
    ['deny', 'blocked'],
    ['allow', 'open'],
  ])
  expect(await readFile(`${folder}/matrix.txt`, 'utf8')).toContain('2 cells in ')
})

test('a policy of a kind that is not evaluated makes its cells undefined, and says which it is', async () => {
  const cilium = { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', metadata: { namespace: 'a', name: 'l7' } }
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...objects, cilium] })
  const { stdout } = await crosscheck(['matrix', '--predict', '-f', '-', '--port', '8080', '-o', 'json'], { input })
  const { cells } = matrixSchema.parse(JSON.parse(stdout))
  expect(new Set(cells.map(({ predicted, detail }) => `${predicted}: ${detail}`))).toEqual(
    new Set(['undefined: CiliumNetworkPolicy a/l7 may decide otherwise']),
  )
})

test('a Service that also leads to a pod where nothing listens is as open as a run and explain say', async () => {
  const labels = { app: 's' }
  const shop = [
    namespace('x'),
    pod('x/a'),
    pod('x/b', { labels }),
    pod('x/c', { labels, ports: [81] }),
    service('x/s', { selector: labels, ports: [{ port: 80, targetPort: 8080 }] }),
  ]
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: shop })
  const args = ['matrix', '--predict', '--services', '-f', '-', '-o', 'json']
  const { cells } = matrixSchema.parse(JSON.parse((await crosscheck(args, { input })).stdout))
  const found = cells.find(({ from, to }) => from === 'x/a' && to === 'x/service/s')
  expect(found).toMatchObject({ predicted: 'undefined', reason: 'partly_open' })
  expect(found?.detail).toContain('Service x/s also leads to x/c, which does not declare port 8080/TCP')
  const { stdout } = await crosscheck(['explain', 'x/pod/a', 'http://s.x', '-f', '-'], { input })
  expect(stdout).toContain('at some endpoints nothing listens')
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(found!.detail!)
})
