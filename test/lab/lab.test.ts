import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import type { Fabric, Manifest } from '../../fabric/fabric.ts'
import { openLab } from '../../lab/open.ts'
import { type LabSettingsInput, labSettingsSchema } from '../../lab/settings.ts'
import { hostWith, labOf, processesWith } from './opening.ts'
import { addressesOf, as, connectSocket, ingressPolicy, pod, see, signal } from './small-world.ts'

const labs: Fabric[] = []
const open = async (objects: readonly Manifest[], settings: LabSettingsInput = {}, mark?: string): Promise<Fabric> => {
  const lab = await labOf(objects, settings, mark)
  labs.push(lab)
  return lab
}
afterEach(() => Promise.all(labs.splice(0).map((lab) => lab[Symbol.asyncDispose]())))

const pair = [pod('a', { node: 'one' }), pod('b', { node: 'two' })]
const service = (name: string, spec: Readonly<Record<string, unknown>>): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec,
})

describe('the lab', () => {
  it('runs beside another one with the same addresses', async () => {
    const [first, second] = await Promise.all([open(pair), open([...pair, ingressPolicy('deny', 'b')])])
    expect(await addressesOf(first, 'b')).toEqual(await addressesOf(second, 'b'))
    const seen = await Promise.all([connectSocket(first, as('a'), 'b'), connectSocket(second, as('a'), 'b')])
    expect(seen).toEqual(['connected', 'connect_timeout'])
  })

  it('lets pods come, go and come back while it runs', async () => {
    const lab = await open(pair)
    await lab.apply({ kind: 'apply', objects: [pod('c', { node: 'three' })] }, signal)
    expect(await connectSocket(lab, as('a'), 'c')).toBe('connected')
    expect(await connectSocket(lab, as('c'), 'b')).toBe('connected')
    const [before] = await addressesOf(lab, 'c')
    await lab.apply({ kind: 'delete', objects: [pod('c')] }, signal)
    expect((await see(lab, as('a'), { kind: 'tcp', host: before!, port: 8080 })).reason).toBe('connect_timeout')
    await lab.apply({ kind: 'apply', objects: [pod('c', { node: 'three', port: 9090 })] }, signal)
    expect(await connectSocket(lab, as('a'), 'c', { port: 9090 })).toBe('connected')
    expect(await connectSocket(lab, as('a'), 'c')).toBe('connect_refused')
  })

  it('judges a pod anew when its labels change', async () => {
    const lab = await open([...pair, ingressPolicy('deny', 'locked')])
    expect(await connectSocket(lab, as('a'), 'b')).toBe('connected')
    await lab.apply({ kind: 'label', object: 'default/pod/b', labels: { app: 'locked' } }, signal)
    expect(await connectSocket(lab, as('a'), 'b')).toBe('connect_timeout')
  })

  it('resolves a Service that was applied while it runs, and leads it to its endpoint', async () => {
    const lab = await open(pair)
    const check = { kind: 'http', url: 'http://late/' } as const
    expect((await see(lab, as('a'), check)).reason).toBe('dns_nxdomain')
    const late = service('late', { selector: { app: 'b' }, ports: [{ port: 80, targetPort: 8080 }] })
    await lab.apply({ kind: 'apply', objects: [late] }, signal)
    expect(await see(lab, as('a'), check)).toMatchObject({ reason: 'answered', http: { status: 200 } })
  })

  it('refuses at a Service without endpoints', async () => {
    const lab = await open([...pair, service('empty', { selector: { app: 'nobody' }, ports: [{ port: 80 }] })])
    expect((await see(lab, as('a'), { kind: 'tcp', host: 'empty', port: 80 })).reason).toBe('connect_refused')
  })

  it('leads a NodePort of every node from outside to the pod', async () => {
    const ports = [{ port: 80, targetPort: 8080, nodePort: 30_080 }]
    const lab = await open([...pair, service('entry', { type: 'NodePort', selector: { app: 'b' }, ports })])
    const { nodes } = await lab.world(signal)
    const hosts = nodes.map(({ addresses }) => addresses[0]!)
    const outcomes = await Promise.all(
      hosts.map((host) => see(lab, { kind: 'outside' }, { kind: 'tcp', host, port: 30_080 })),
    )
    expect(outcomes.map(({ reason }) => reason)).toEqual(['connected', 'connected'])
  })

  it('lets the own node into an isolated pod, and another node not', async () => {
    const lab = await open([...pair, ingressPolicy('deny', 'b')])
    expect(await connectSocket(lab, { kind: 'node', node: 'two' }, 'b')).toBe('connected')
    expect(await connectSocket(lab, { kind: 'node', node: 'one' }, 'b')).toBe('connect_timeout')
  })

  it('leads a Service without selector to a stand-in beyond the cluster', async () => {
    const endpoints = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'db', namespace: 'default' },
      subsets: [{ addresses: [{ ip: '198.51.100.9' }], ports: [{ port: 5432 }] }],
    }
    const lab = await open([...pair, service('db', { ports: [{ port: 5432 }] }), endpoints])
    expect((await see(lab, as('a'), { kind: 'tcp', host: 'db', port: 5432 })).reason).toBe('connected')
  })

  it('refuses what the API server would refuse, and stays as it was', async () => {
    const lab = await open(pair)
    const broken = { ...ingressPolicy('broken', 'b'), spec: { podSelector: {}, policyTypes: ['Sideways'] } }
    await expect(lab.apply({ kind: 'apply', objects: [broken] }, signal)).rejects.toMatchObject({
      name: 'RefusedObjects',
    })
    expect((await lab.world(signal)).policies).toEqual([])
    expect(await connectSocket(lab, as('a'), 'b')).toBe('connected')
  })

  it('sees no overflow where nobody was overrun', async () => {
    const lab = await open(pair)
    await connectSocket(lab, as('a'), 'b')
    expect(await lab.overflowed(signal)).toEqual(new Set())
  })

  it('rejects whatever is asked of it once its worker has died', async () => {
    const mark = randomUUID()
    const lab = await open(pair, {}, mark)
    const [worker] = processesWith(mark).filter((line) => !line.includes('unshare'))
    process.kill(Number.parseInt(worker!, 10), 'SIGKILL')
    await expect(lab.overflowed(signal)).rejects.toThrow('the lab has ended')
    await expect(connectSocket(lab, as('a'), 'b')).rejects.toThrow('the lab has ended')
  })

  it('opens nothing when it was called off before', async () => {
    const mark = randomUUID()
    const options = { objects: [], settings: labSettingsSchema.parse({}), host: hostWith(mark), now: Date.now }
    await expect(openLab(options, AbortSignal.abort(new Error('called off')))).rejects.toThrow('called off')
    expect(processesWith(mark)).toEqual([])
  })
})
