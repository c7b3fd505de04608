import type { Manifest } from '../../fabric/fabric.ts'

/** Sources are here, no policy selects them. */
export const openNamespace = 'contract-open'
/** Targets are here: `server` without a policy, `locked` behind one that admits nobody. */
export const guardedNamespace = 'contract-guarded'

const namespace = (name: string): Manifest => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

function deployment(namespaceName: string, name: string, ports: readonly Manifest[]): Manifest {
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: namespaceName, name },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image: 'crosscheck', ports }] } },
    },
  }
}

function denying(name: string, app: string): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: guardedNamespace, name },
    spec: { podSelector: { matchLabels: { app } }, policyTypes: ['Ingress'] },
  }
}

const tcp = { name: 'main', containerPort: 8080, protocol: 'TCP' }
const udp = { name: 'datagrams', containerPort: 5353, protocol: 'UDP' }

export const contractObjects: readonly Manifest[] = [
  namespace(openNamespace),
  namespace(guardedNamespace),
  deployment(openNamespace, 'client', []),
  deployment(guardedNamespace, 'server', [tcp, udp]),
  deployment(guardedNamespace, 'locked', [tcp]),
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: guardedNamespace, name: 'server' },
    spec: { selector: { app: 'server' }, ports: [{ port: 80, targetPort: 'main' }] },
  },
  denying('locked', 'locked'),
]

/** Cuts `server` off. */
export const denyAll = denying('deny-server', 'server')
