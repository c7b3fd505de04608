/** What is used of Kubernetes' client: named one by one, so that the bundle leaves the rest out, which is more than half of it. */
export { KubeConfig, PortForward, RequestContext } from '@kubernetes/client-node'
