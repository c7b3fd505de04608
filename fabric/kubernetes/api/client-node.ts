/**
 * The parts of the Kubernetes client that we use, imported file by file. Its index also loads archives, watches and
 * caches.
 */
export { KubeConfig } from '@kubernetes/client-node/dist/config.js'
export { RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js'
export { PortForward } from '@kubernetes/client-node/dist/portforward.js'
