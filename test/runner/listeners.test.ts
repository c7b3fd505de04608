import { beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../../fabric/fabric.ts'
import { createAllocator } from '../../fabric/manifests/allocator.ts'
import { objectsOf } from '../../fabric/manifests/read.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import { explainPath } from '../../runner/explain/explain.ts'
import { pod, service } from './objects.ts'
import { predictHere, type Ran, runInLab } from './run-in-lab.ts'

/** A Job's pod beside the server that its labels make it part of. */
const job = (namespace: string, app: string): Manifest => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate', namespace },
  spec: {
    template: {
      metadata: { labels: { app } },
      spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'migrate' }] },
    },
  },
})

const objects = [
  pod('web/a'),
  pod('db/server'),
  job('db', 'server'),
  service('db/server'),
  pod('db/bare', { ports: [] }),
  service('db/bare'),
  pod('db/index'),
  service('db/index', { clusterIP: 'None' }),
  service('db/misnamed', { selector: { app: 'server' }, ports: [{ port: 80, targetPort: 'grpc' }] }),
]
const targets = [
  'tcp://server.db:80',
  'tcp://bare.db:80',
  'tcp://index.db:80',
  'tcp://index.db:8080',
  'tcp://misnamed.db:80',
]
const spec = {
  sources: { a: { namespace: 'web', as: 'pod/a' } },
  paths: [{ from: 'a', to: targets, expect: 'allowed' }],
}

describe('ports that no container declares', () => {
  let lab: Ran
  let predicted: Ran

  beforeAll(async () => {
    lab = await runInLab({ objects, spec })
    predicted = await predictHere({ objects, spec })
  })

  /** What a prediction says first. */
  const said = (to: string) => predicted.of('a', to).explanation[0]
  const text = (ran: Ran, to: string) => ran.of('a', to).explanation.join('\n')

  it('a Service that also leads to the pods of a Job is partly open, with packets and without', () => {
    expect(lab.of('a', 'tcp://server.db:80')).toMatchObject({ status: 'fail', cause: 'partly_open', seen: 'partly' })
    expect(predicted.of('a', 'tcp://server.db:80')).toMatchObject({ status: 'fail', cause: 'partly_open' })
    for (const ran of [lab, predicted])
      expect(text(ran, 'tcp://server.db:80')).toContain(
        'Service db/server also leads to db/migrate-1 (Job migrate), which does not declare port 8080/TCP as db/server does: assumed that nothing listens there, so that a share of the connections is refused',
      )
  })

  it.each([
    ['tcp://server.db:80', 'partly'],
    ['tcp://bare.db:80', 'allow'],
    ['tcp://index.db:80', 'unreachable'],
    ['tcp://index.db:8080', 'allow'],
    ['tcp://misnamed.db:80', 'unreachable'],
  ])('explains %s with the same verdict and words', (to, verdict) => {
    const read = objects.flatMap((value) => objectsOf(value, () => ({ file: 'o.yaml', line: 1, column: 1 }), []))
    const { world } = buildWorld(read, { allocator: createAllocator() })
    const explained = explainPath({ from: 'web/pod/a', to }, { world, objects: read, where: [] })
    expect(explained).toMatchObject({ verdict })
    if (verdict !== 'allow') expect('way' in explained && explained.way).toEqual(expect.arrayContaining([said(to)]))
  })

  it('a listener that is assumed is called so', () => {
    const assumed = 'assumed: db/bare listens on 8080/TCP, where Service db/bare leads; no container declares the port'
    expect(lab.of('a', 'tcp://bare.db:80')).toMatchObject({ status: 'pass' })
    expect(predicted.of('a', 'tcp://bare.db:80')).toMatchObject({ status: 'predicted' })
    expect(text(lab, 'tcp://bare.db:80')).toBe(assumed)
    expect(predicted.of('a', 'tcp://bare.db:80').predicted?.evidence).toContain(assumed)
    expect(text(lab, 'tcp://index.db:8080')).toBe('')
  })

  it('a headless Service translates no port', () => {
    const sentence =
      'Service db/index is headless: its port 80 is not translated, and db/index listens on 8080/TCP, 8080/UDP; use a port of the pod'
    for (const ran of [lab, predicted]) {
      expect(ran.of('a', 'tcp://index.db:80')).toMatchObject({ status: 'fail', cause: 'no_such_port' })
      expect(text(ran, 'tcp://index.db:80')).toContain(sentence)
    }
    expect(lab.of('a', 'tcp://index.db:8080')).toMatchObject({ status: 'pass' })
    expect(predicted.of('a', 'tcp://index.db:8080')).toMatchObject({ status: 'predicted' })
  })

  it('a Service whose port name no pod declares says so', () => {
    for (const ran of [lab, predicted]) {
      expect(ran.of('a', 'tcp://misnamed.db:80')).toMatchObject({ status: 'fail', cause: 'no_endpoints' })
      expect(text(ran, 'tcp://misnamed.db:80')).toBe(
        'Service db/misnamed has no ready endpoints (none of its 2 pods declares a port named grpc)',
      )
    }
  })
})
