import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { crosscheck } from '../runner/cli/crosscheck.ts'
import { folderWith } from '../runner/cli/folder.ts'
import { absent, image } from './opening.ts'
import { kubectl } from './tiers.ts'

const namespace = 'crosscheck-broken'
const scenario = `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: broken }
spec:
  sources:
    one: { namespace: ${namespace} }
    other: { namespace: ${namespace}, labels: { app: other } }
  targets: { api: "tcp://kubernetes.default:443" }
  paths:
    - { from: one, to: api, expect: allowed }
    - { from: other, to: api, expect: allowed }
`

/** The API server by a way that breaks: as the connections of a server that restarts, or of a load balancer in front of it, do. */
async function breakingWay(everyMs: number): Promise<{ readonly kubeconfig: string; readonly cuts: () => number }> {
  const config = JSON.parse(kubectl(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json'])) as Config
  const { hostname, port } = new URL(config.clusters[0]!.cluster.server)
  const open = new Set<Socket>()
  const server = createServer((inner) => {
    const outer = connect(Number(port || 443), hostname)
    for (const socket of [inner, outer]) {
      open.add(socket)
      socket.on('error', () => undefined).on('close', () => open.delete(socket))
    }
    inner.pipe(outer).pipe(inner)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  let cuts = 0
  const timer = setInterval(() => {
    cuts += open.size > 0 ? 1 : 0
    for (const socket of open) socket.destroy()
  }, everyMs)
  onTestFinished(() => {
    clearInterval(timer)
    for (const socket of open) socket.destroy()
    server.close()
  })
  const folder = await folderWith({ config: '' })
  const kubeconfig = join(folder, 'config')
  const through = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clusters = config.clusters.map(({ name, cluster }) => ({
    name,
    cluster: { ...cluster, server: through, 'tls-server-name': hostname },
  }))
  writeFileSync(kubeconfig, JSON.stringify({ ...config, clusters }))
  expect(readFileSync(kubeconfig, 'utf8')).toContain(through)
  return { kubeconfig, cuts: () => cuts }
}

interface Config {
  readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string } }[]
}

describe.skipIf(absent !== undefined)(`connections that break${absent === undefined ? '' : `: ${absent}`}`, () => {
  beforeAll(() => {
    kubectl(['create', 'namespace', namespace])
  })
  afterAll(() => {
    kubectl(['delete', 'namespace', namespace, '--wait=false'])
  })

  it('a run gets to its end over them, and removes what it made', async () => {
    const { kubeconfig, cuts } = await breakingWay(2_000)
    const cwd = await folderWith({ 'scenario.yaml': scenario })
    const { code, stdout, stderr } = await crosscheck(
      ['run', 'scenario.yaml', '--kubeconfig', kubeconfig, '--image', image, '-v'],
      { cwd },
    )
    expect(cuts()).toBeGreaterThan(0)
    expect([0, 3], `${stdout}${stderr}`).toContain(code)
    expect(kubectl(['get', 'all,configmaps', '-n', namespace, '-l', 'crosscheck.dev/owned', '-o', 'name'])).toBe('')
  })
})
