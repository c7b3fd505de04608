import { clusterFabric } from './opening.ts'

/** A runner that waits to be killed: with a probe up in the namespace of its argument, or with that namespace as a rehearsal of its own. */
const [namespace = 'default', rehearsed] = process.argv.slice(2)
const { signal } = new AbortController()
const fabric = await clusterFabric()
if (rehearsed === undefined) {
  const probe = await fabric.probe({ kind: 'namespace', namespace }, signal)
  process.stdout.write('unavailable' in probe ? `${probe.unavailable}\n` : 'up\n')
} else {
  const labels = { app: 'web' }
  const template = {
    metadata: { labels },
    spec: { serviceAccountName: 'web', containers: [{ name: 'web', image: 'web' }] },
  }
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'web' } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name: 'web' },
      spec: { selector: labels, ports: [{ port: 80 }] },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { namespace, name: 'web' },
      spec: { podSelector: {} },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace, name: 'web' },
      spec: { selector: { matchLabels: labels }, template },
    },
  ]
  await fabric.apply({ kind: 'apply', objects }, signal)
  process.stdout.write('up\n')
}
setInterval(() => undefined, 60_000)
