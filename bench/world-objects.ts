/** The size of the cluster, the same in every run. */
export const size = { namespaces: 2_000, podsPerNamespace: 25, nodes: 500 } as const

const time = '2026-01-05T10:00:00Z'

/**
 * Returns the JSON text of one list item as an API server would send it: with managed fields, environment, volumes and conditions, most of
 * which a reader ignores.
 */
export type Write = (index: number) => string

export interface Listed {
  readonly count: number
  readonly write: Write
}

const spaceOf = (index: number) => `team-${index % size.namespaces}`
const podCount = size.namespaces * size.podsPerNamespace
/** Five pods per workload, so five workloads per namespace. */
const appOf = (index: number) => `app-${Math.floor(index / size.namespaces) % 5}`
const addressOf = (index: number) => `10.${64 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`
const nodeAddress = (index: number) => `172.20.${index >> 8}.${index & 255}`

const written = (manager: string, fields: string) =>
  `{"manager":"${manager}","operation":"Update","apiVersion":"v1","time":"${time}","fieldsType":"FieldsV1","fieldsV1":${fields}}`
const podFields = JSON.stringify(
  Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [
      `f:field-${at}`,
      { '.': {}, 'f:name': {}, 'f:value': {}, 'f:valueFrom': {} },
    ]),
  ),
)
const environment = JSON.stringify(
  Array.from({ length: 20 }, (_, at) => ({ name: `SETTING_${at}`, value: `the value of the setting number ${at}` })),
)
const mounts = JSON.stringify(
  Array.from({ length: 4 }, (_, at) => ({ name: `volume-${at}`, mountPath: `/var/lib/data-${at}`, readOnly: true })),
)
const volumes = JSON.stringify(
  Array.from({ length: 4 }, (_, at) => ({
    name: `volume-${at}`,
    configMap: { name: `config-${at}`, defaultMode: 420 },
  })),
)
const conditions = JSON.stringify(
  ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
    type,
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: time,
  })),
)

const pod: Write = (index) => {
  const [namespace, app] = [spaceOf(index), appOf(index)]
  const [name, hash] = [`${app}-7d9c5b8f6-${index.toString(36).padStart(5, '0')}`, '7d9c5b8f6']
  const node = index % size.nodes
  return `{"metadata":{"name":"${name}","generateName":"${app}-${hash}-","namespace":"${namespace}","uid":"00000000-0000-4000-8000-${String(index).padStart(12, '0')}","resourceVersion":"${1_000_000 + index}","creationTimestamp":"${time}","labels":{"app":"${app}","tier":"backend","version":"v1","pod-template-hash":"${hash}"},"annotations":{"prometheus.io/scrape":"true","checksum/config":"${'0123456789abcdef'.repeat(4)}"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"${app}-${hash}","uid":"11111111-0000-4000-8000-000000000000","controller":true,"blockOwnerDeletion":true}],"managedFields":[${written('kube-controller-manager', podFields)},${written('kubelet', podFields)}]},"spec":{"nodeName":"node-${node}","serviceAccountName":"default","restartPolicy":"Always","dnsPolicy":"ClusterFirst","volumes":${volumes},"containers":[{"name":"app","image":"registry.example.org/team/${app}:1.2.3","ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],"env":${environment},"resources":{"limits":{"memory":"256Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},"volumeMounts":${mounts}}]},"status":{"phase":"Running","hostIP":"${nodeAddress(node)}","hostIPs":[{"ip":"${nodeAddress(node)}"}],"podIP":"${addressOf(index)}","podIPs":[{"ip":"${addressOf(index)}"}],"qosClass":"Burstable","startTime":"${time}","conditions":${conditions},"containerStatuses":[{"name":"app","ready":true,"started":true,"restartCount":0,"image":"registry.example.org/team/${app}:1.2.3","imageID":"registry.example.org/team/${app}@sha256:${'0123456789abcdef'.repeat(4)}","containerID":"containerd://${'0123456789abcdef'.repeat(4)}","state":{"running":{"startedAt":"${time}"}},"lastState":{}}]}}`
}

const head = (index: number, name: string) =>
  `"name":"${name}","namespace":"${spaceOf(index)}","uid":"22222222-0000-4000-8000-${String(index).padStart(12, '0')}","resourceVersion":"${2_000_000 + index}","creationTimestamp":"${time}","managedFields":[${written('kubectl-client-side-apply', '{"f:spec":{"f:selector":{},"f:ports":{}}}')}]`
const serviceOf = (index: number) => `app-${Math.floor(index / size.namespaces) % 5}`
const serviceCount = size.namespaces * 5

const service: Write = (index) =>
  `{"metadata":{${head(index, serviceOf(index))}},"spec":{"type":"ClusterIP","clusterIP":"10.96.${index >> 8}.${index & 255}","clusterIPs":["10.96.${index >> 8}.${index & 255}"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","selector":{"app":"${serviceOf(index)}"},"ports":[{"name":"http","port":80,"protocol":"TCP","targetPort":"http"}]}}`

/** The five pods of a Service. Pods are distributed over namespaces round-robin. */
const slice: Write = (index) => {
  const [space, app] = [index % size.namespaces, Math.floor(index / size.namespaces) % 5]
  const endpoints = Array.from({ length: 5 }, (_, at) => {
    const own = space + size.namespaces * (app + 5 * at)
    return `{"addresses":["${addressOf(own)}"],"conditions":{"ready":true,"serving":true,"terminating":false},"nodeName":"node-${own % size.nodes}","targetRef":{"kind":"Pod","namespace":"${spaceOf(own)}","name":"${app}","uid":"00000000-0000-4000-8000-${String(own).padStart(12, '0')}"}}`
  })
  const name = serviceOf(index)
  return `{"metadata":{${head(index, `${name}-x7x2k`)},"labels":{"kubernetes.io/service-name":"${name}"}},"addressType":"IPv4","endpoints":[${endpoints.join(',')}],"ports":[{"name":"http","port":8080,"protocol":"TCP"}]}`
}

/** Per namespace, one policy that denies everything, and one that allows a neighbouring team. */
const policy: Write = (index) => {
  const neighbour = spaceOf(index + 1)
  const spec =
    index < size.namespaces
      ? '{"podSelector":{},"policyTypes":["Ingress"]}'
      : `{"podSelector":{"matchLabels":{"app":"app-0"}},"policyTypes":["Ingress"],"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"${neighbour}"}}}],"ports":[{"protocol":"TCP","port":8080}]}]}`
  return `{"metadata":{${head(index, index < size.namespaces ? 'default-deny' : 'allow-neighbour')}},"spec":${spec}}`
}

const namespace: Write = (index) =>
  `{"metadata":{"name":"${spaceOf(index)}","uid":"33333333-0000-4000-8000-${String(index).padStart(12, '0')}","resourceVersion":"1","creationTimestamp":"${time}","labels":{"kubernetes.io/metadata.name":"${spaceOf(index)}","stage":"prod"}},"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}}`

const node: Write = (index) =>
  `{"metadata":{"name":"node-${index}","uid":"44444444-0000-4000-8000-${String(index).padStart(12, '0')}","resourceVersion":"1","creationTimestamp":"${time}","labels":{"kubernetes.io/hostname":"node-${index}"}},"spec":{"podCIDR":"10.64.0.0/24"},"status":{"addresses":[{"type":"InternalIP","address":"${nodeAddress(index)}"}],"images":[${Array.from({ length: 30 }, (_, at) => `{"names":["registry.example.org/image-${at}@sha256:${'0123456789abcdef'.repeat(4)}"],"sizeBytes":123456789}`).join(',')}]}}`

/** By the plural name of the kind. */
export const lists: Readonly<Record<string, Listed>> = {
  namespaces: { count: size.namespaces, write: namespace },
  nodes: { count: size.nodes, write: node },
  pods: { count: podCount, write: pod },
  services: { count: serviceCount, write: service },
  endpointslices: { count: serviceCount, write: slice },
  networkpolicies: { count: size.namespaces * 2, write: policy },
}
