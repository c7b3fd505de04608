/** Two namespaces: `front` asks, `back` answers by two Services, of which `closed` is isolated. */
export const town = `
apiVersion: v1
kind: Namespace
metadata: { name: front }
---
apiVersion: v1
kind: Namespace
metadata: { name: back }
---
apiVersion: v1
kind: Pod
metadata: { namespace: front, name: ui, labels: { app: ui } }
spec: { containers: [{ name: c, image: i }] }
---
apiVersion: v1
kind: Pod
metadata: { namespace: back, name: api, labels: { app: api } }
spec: { containers: [{ name: c, image: i, ports: [{ containerPort: 4000 }] }] }
---
apiVersion: v1
kind: Pod
metadata: { namespace: back, name: db, labels: { app: db } }
spec: { containers: [{ name: c, image: i, ports: [{ containerPort: 5432 }] }] }
---
apiVersion: v1
kind: Service
metadata: { namespace: back, name: api }
spec: { selector: { app: api }, ports: [{ port: 80, targetPort: 4000 }] }
---
apiVersion: v1
kind: Service
metadata: { namespace: back, name: db }
spec: { selector: { app: db }, ports: [{ port: 5432 }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { namespace: back, name: closed }
spec: { podSelector: { matchLabels: { app: db } }, policyTypes: [Ingress] }
`

/** A scenario over `town` in the file `town.yaml` beside it. */
export function scenarioOf(paths: string): string {
  return `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: town }
spec:
  manifests: [town.yaml]
  sources: { ui: { namespace: front, like: pod/ui } }
  targets: { api: "tcp://api.back:80", db: "tcp://db.back:5432", nobody: "tcp://gone.back:80" }
  paths:
${paths}
`
}
