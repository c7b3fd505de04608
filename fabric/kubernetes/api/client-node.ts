/** What is used of Kubernetes' client, file by file: its index loads archives, watches and caches besides. */
export { KubeConfig } from '@kubernetes/client-node/dist/config.js'
export { RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js'
export { PortForward } from '@kubernetes/client-node/dist/portforward.js'
