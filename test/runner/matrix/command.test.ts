import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { matrixSchema } from '../../../runner/matrix/cell.ts'
import { crosscheck } from '../cli/crosscheck.ts'
import { folderWith } from '../cli/folder.ts'
import { denyIngress, namespace, pod } from '../objects.ts'

/** As `kubectl get -A -o json` prints it. */
function list(...items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

test('a dump from stdin is replayed at its own addresses, as JSON and as text', async () => {
  const folder = await folderWith({})
  const input = list(
    namespace('a'),
    pod('a/web', { addresses: ['10.77.1.2'], spec: { nodeName: 'n1' } }),
    pod('a/db', { addresses: ['10.77.2.3'], spec: { nodeName: 'n2' } }),
    denyIngress('a/none', 'db'),
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { namespace: 'a', name: 'edge' }, spec: {} },
  )
  const outputs = ['-o', 'json', '-o', `text=${folder}/matrix.txt`]
  const args = ['matrix', '--lab', '-f', '-', '--port', '8080', '--port', '81/udp', ...outputs]
  const { code, stdout, stderr } = await crosscheck(args, { input })
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'crosscheck: warning: the lab does not simulate: Ingress (1)\n' })
  const document = JSON.parse(stdout) as unknown
  matrixSchema.parse(document)
  const silent = (address: string) => expect.stringContaining(`nothing listens on ${address}:81/UDP`)
  expect(document).toEqual({
    cells: [
      { from: 'a/web', to: 'a/db', port: 8080, protocol: 'TCP', observed: 'blocked', reason: 'connect_timeout' },
      {
        from: 'a/web',
        to: 'a/db',
        port: 81,
        protocol: 'UDP',
        observed: 'unknown',
        reason: 'not_listening',
        detail: silent('10.77.2.3'),
      },
      { from: 'a/db', to: 'a/web', port: 8080, protocol: 'TCP', observed: 'open', reason: 'connected' },
      {
        from: 'a/db',
        to: 'a/web',
        port: 81,
        protocol: 'UDP',
        observed: 'unknown',
        reason: 'not_listening',
        detail: silent('10.77.1.2'),
      },
    ],
    assumed: ['addresses of nodes'],
  })
  const text = await readFile(`${folder}/matrix.txt`, 'utf8')
  expect(text).toMatch(/^lab of 2 nodes and 2 pods in network namespaces of this machine\n/)
  expect(text).toMatch(/\n4 cells in \d+\.\d s: 1 open, 1 blocked, 2 unknown\n$/)
})

test.each([
  [['--port', '0'], '--port 0: expected a port from 1 to 65535, as in 80/TCP, 53/UDP or 80'],
  [['--port', '80/icmp'], '--port 80/icmp: expected a port from 1 to 65535, as in 80/TCP, 53/UDP or 80'],
  [['-l', 'app in web'], '-l app in web: name part must consist of '],
  [['--family', '5'], '--family 5: expected 4 or 6'],
  [['-A', '-n', 'a'], '-A and -n contradict each other'],
  [['-n', 'b'], '-n b: there is no namespace b\n'],
  [['-o', 'yaml'], '-o yaml: expected text, json, each also with =FILE'],
])('%j is a mistake, and nothing is started', async (args, message) => {
  const { code, stdout, stderr } = await crosscheck(['matrix', '--lab', '-f', '-', ...args], {
    input: list(pod('a/web')),
  })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(`crosscheck: error: ${message}`)
})

test('without --lab it is not guessed where to measure', async () => {
  expect(await crosscheck(['matrix', '-f', '-'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'crosscheck: error: matrix: nothing says where to measure\n  hint: add --lab to measure in the lab, or --predict to compute\n',
  })
})

test('the published schema takes what is printed and refuses what is not', () => {
  const cell = { from: 'a/b', to: 'c/d', port: 80, protocol: 'TCP' }
  expect(
    matrixSchema.safeParse({
      cells: [
        { ...cell, predicted: 'undefined' },
        { ...cell, observed: 'open' },
      ],
      assumed: [],
    }).success,
  ).toBe(true)
  for (const odd of [{ observed: 'closed' }, { port: 0 }, { protocol: 'tcp' }, { extra: 1 }, { reason: 'because' }])
    expect(matrixSchema.safeParse({ cells: [{ ...cell, ...odd }], assumed: [] }).success).toBe(false)
})
