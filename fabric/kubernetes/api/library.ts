/** What is used of Kubernetes' client, file by file: its index is sixty times as large. */
export { KubeConfig } from '@kubernetes/client-node/dist/config.js'
export { RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js'
export { PortForward } from '@kubernetes/client-node/dist/portforward.js'
