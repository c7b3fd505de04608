import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'

/** The world of manifests written in a test, with all problems of reading and building. */
export function worldOf(text: string, allocator = createAllocator()) {
  const read = readManifests([{ file: 'm.yaml', text }])
  const built = buildWorld(read.objects, { allocator })
  const problems = [...read.problems, ...built.problems]
  return { world: built.world, objects: read.objects, problems, messages: problems.map(({ message }) => message) }
}

/** A Deployment with labels `app: <name>`; `more` is added below its pod spec. */
export const deployment = (name: string, { replicas = 1, namespace = 'shop', more = '' } = {}) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers: [{ name: main, ports: [{ containerPort: 8080, name: http }] }]
      ${more}
---`

export const service = (name: string, spec: string, namespace = 'shop') => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
---`

export const pod = (name: string, { spec = '{}', status = '{}', metadata = '' } = {}) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app: ${name} }${metadata} }
spec: ${spec}
status: ${status}
---`
