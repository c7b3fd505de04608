import { describe, expect, it } from 'vitest'
import { servicesOf } from '../../fabric/endpoints.ts'
import { listenerAt, listeningPorts } from '../../fabric/listeners.ts'
import { deployment, service, worldOf } from './manifests/build.ts'

const inWorld = (text: string) => {
  const { world } = worldOf(text)
  const podNamed = (name: string) => world.pods.find((one) => one.name === name)!
  return { world, podNamed }
}

describe('listeningPorts', () => {
  it('joins the ports of containers and the target ports of Services, each once', () => {
    const text =
      service(
        's',
        '{ selector: { app: ui }, ports: [{ name: a, port: 80, targetPort: http }, { name: b, port: 81, targetPort: 9000 }, { name: c, port: 81, protocol: UDP }] }',
      ) + deployment('ui')
    const { podNamed, world } = inWorld(text)
    expect(listeningPorts(podNamed('ui-1'), world)).toEqual([
      { name: 'http', port: 8080, protocol: 'TCP' },
      { port: 9000, protocol: 'TCP' },
      { port: 81, protocol: 'UDP' },
    ])
    expect(servicesOf(podNamed('ui-1'), world).map(({ name }) => name)).toEqual(['s'])
  })
  it('is told of each pod by itself, whatever the pods share', () => {
    const text =
      service('s', '{ selector: { app: ui }, ports: [{ port: 81, targetPort: 9000 }] }') +
      service('t', '{ selector: { app: ui }, ports: [{ port: 82 }] }', 'elsewhere') +
      deployment('ui', { replicas: 2 })
    const { podNamed, world } = inWorld(text)
    const one = podNamed('ui-1')
    const portsOf = (pod: typeof one) => listeningPorts(pod, world).map(({ port }) => port)
    expect(portsOf(one)).toEqual([8080, 9000])
    expect(portsOf({ ...one, labels: { app: 'other' } })).toEqual([8080])
    expect(portsOf({ ...one, ports: [] })).toEqual([9000])
    expect(portsOf({ ...one, namespace: 'elsewhere' })).toEqual([8080, 82])
    expect(portsOf({ ...one, namespace: 'nowhere' })).toEqual([8080])
    expect(listeningPorts(one, { ...world, services: [] }).map(({ port }) => port)).toEqual([8080])
  })
  it('is each pod’s own where a Service names addresses by hand', () => {
    const { podNamed, world } = inWorld(
      service('s', '{ selector: { app: ui }, ports: [{ port: 81, targetPort: 9000 }] }') +
        deployment('ui', { replicas: 2 }),
    )
    const [one, two] = [podNamed('ui-1'), podNamed('ui-2')]
    const [found] = world.services.filter(({ name }) => name === 's')
    const byHand = {
      ...{
        ...found!,
        name: 'hand',
        selector: undefined,
        ports: [{ port: 5, protocol: 'TCP', targetPort: 5 }] as const,
      },
      manualEndpoints: [{ addresses: two.addresses, ready: true, ports: [{ port: 5, protocol: 'TCP' }] as const }],
    }
    const services = [...world.services, byHand]
    const portsOf = (pod: typeof one) => listeningPorts(pod, { ...world, services }).map(({ port }) => port)
    expect(portsOf(one)).toEqual([8080, 9000])
    expect(portsOf({ ...two, labels: one.labels, ports: one.ports })).toEqual([8080, 9000, 5])
  })
})

/** A workload whose pods are labelled `app: ui` and declare no ports. */
const silent = (kind: string, name: string) => `
apiVersion: ${kind === 'Job' ? 'batch/v1' : 'apps/v1'}
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
spec:
  ${kind === 'Job' ? '' : 'selector: { matchLabels: { app: ui } }'}
  template:
    metadata: { labels: { app: ui } }
    spec: { restartPolicy: ${kind === 'Job' ? 'Never' : 'Always'}, containers: [{ name: main, image: x }] }
---`

describe('listenerAt', () => {
  const leading = (port: number) =>
    service('s', `{ selector: { app: ui }, ports: [{ port: 80, targetPort: ${port} }] }`)
  const listeners = (text: string, port: number) => {
    const { world } = inWorld(text)
    const pods = world.pods.filter(({ namespace }) => namespace === 'shop')
    return pods.map((pod) => `${pod.name} ${listenerAt(pod, { port, protocol: 'TCP' }, world)}`).toSorted()
  }

  it('is declared where a container declares the port', () => {
    expect(listeners(leading(8080) + deployment('ui'), 8080)).toEqual(['ui-1 declared'])
  })
  it('is assumed where a Service leads to a port that none of its pods declares', () => {
    expect(listeners(leading(9000) + deployment('ui'), 9000)).toEqual(['ui-1 assumed'])
    expect(listeners(leading(8080) + silent('Deployment', 'worker'), 8080)).toEqual(['worker-1 assumed'])
  })
  it.each(['Deployment', 'Job'])(
    'is none in pods of a %s that do not declare the port that others behind the Service declare',
    (kind) => {
      expect(listeners(leading(8080) + deployment('ui') + silent(kind, 'other'), 8080)).toEqual([
        'other-1 none',
        'ui-1 declared',
      ])
    },
  )
  it('is none in the pods of a Job where other pods behind the Service are taken to listen', () => {
    const text = leading(8080) + silent('Deployment', 'worker') + silent('Job', 'migrate')
    expect(listeners(text, 8080)).toEqual(['migrate-1 none', 'worker-1 assumed'])
    expect(listeners(leading(8080) + silent('Job', 'migrate'), 8080)).toEqual(['migrate-1 assumed'])
  })
  it('is none where neither a container nor a Service names the port', () => {
    expect(listeners(leading(8080) + deployment('ui'), 7777)).toEqual(['ui-1 none'])
  })
})
