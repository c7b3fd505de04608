/** Namespaces that Kubernetes, its distributions and common add-ons make, and that manifests of an application seldom contain. */
const names = new Set([
  ...['default', 'kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage', 'gmp-system', 'gmp-public'],
  ...['amazon-cloudwatch', 'amazon-guardduty', 'aws-observability', 'gke-managed-system', 'gatekeeper-system'],
  ...['openshift', 'openshift-apiserver', 'openshift-authentication', 'openshift-console', 'openshift-dns'],
  ...[
    'openshift-dns-operator',
    'openshift-etcd',
    'openshift-gitops',
    'openshift-host-network',
    'openshift-image-registry',
  ],
  ...['openshift-ingress', 'openshift-ingress-operator', 'openshift-kube-apiserver', 'openshift-logging'],
  ...['openshift-machine-api', 'openshift-monitoring', 'openshift-multus', 'openshift-network-operator'],
  ...['openshift-operators', 'openshift-operator-lifecycle-manager', 'openshift-ovn-kubernetes', 'openshift-pipelines'],
  ...[
    'openshift-sdn',
    'openshift-serverless',
    'openshift-service-ca',
    'openshift-storage',
    'openshift-user-workload-monitoring',
  ],
  ...['cattle-system', 'cattle-fleet-system', 'cattle-monitoring-system', 'fleet-system', 'tigera-operator'],
  ...['calico-system', 'calico-apiserver', 'cilium', 'cilium-secrets', 'metallb-system', 'antrea-system'],
  ...[
    'istio-system',
    'istio-ingress',
    'istio-gateways',
    'linkerd',
    'linkerd-viz',
    'consul',
    'kuma-system',
    'osm-system',
  ],
  ...[
    'ingress-nginx',
    'nginx-ingress',
    'traefik',
    'kong',
    'haproxy-controller',
    'projectcontour',
    'envoy-gateway-system',
  ],
  ...[
    'gateway-system',
    'cert-manager',
    'external-dns',
    'external-secrets',
    'sealed-secrets',
    'vault',
    'keda',
    'velero',
  ],
  ...['monitoring', 'prometheus', 'grafana', 'logging', 'observability', 'loki', 'tempo', 'jaeger', 'elastic-system'],
  ...['argocd', 'argo', 'argo-rollouts', 'flux-system', 'tekton-pipelines', 'crossplane-system', 'kyverno', 'falco'],
  ...['knative-serving', 'knative-eventing', 'rook-ceph', 'longhorn-system', 'kubernetes-dashboard', 'cnpg-system'],
])

/** Whether platforms bring a namespace of that name along. */
export function isPlatformNamespace(name: string): boolean {
  return names.has(name)
}
