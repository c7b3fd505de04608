import { dirname } from 'node:path'
import type { Plugin } from 'esbuild'

/** Of undici what connects and asks; its index loads fetch, mocks and caches as well. */
const undici = `
  import api from './lib/api/index.js'
  import Dispatcher from './lib/dispatcher/dispatcher.js'
  Object.assign(Dispatcher.prototype, api)
  export { default as Agent } from './lib/dispatcher/agent.js'
  export { default as Client } from './lib/dispatcher/client.js'
  export { default as Pool } from './lib/dispatcher/pool.js'
  export { default as ProxyAgent } from './lib/dispatcher/proxy-agent.js'
  import global from './lib/global.js'
  export const getGlobalDispatcher = global.getGlobalDispatcher`

/** Kubeconfig and port-forward have methods that nobody calls, and these name the generated client, which is ten times as large as they are. */
const generated = `
  const absent = () => { throw new Error('the bundle holds no generated client') }
  export { absent as createConfiguration, absent as ServerConfiguration, absent as AppsV1Api, absent as CoreV1Api }`

/** Files of packages, and what stands in their place: whoever imports a name that is not there any more fails the build. */
const replaced: readonly (readonly [file: RegExp, contents: string])[] = [
  [/[\\/]node_modules[\\/]undici[\\/]index\.js$/, undici],
  [/[\\/]client-node[\\/]dist[\\/]gen[\\/]index\.js$/, generated],
  [/[\\/]client-node[\\/]dist[\\/]gen[\\/]http[\\/]isomorphic-fetch\.js$/, 'export {}'],
]

/** Leaves out what packages load and nothing here uses: three quarters of what is compiled before a cluster is asked. */
export const leanPackages: Plugin = {
  name: 'lean-packages',
  setup({ onLoad, onResolve }) {
    // No command of Crosscheck is an executable of its own, the one thing for which commander starts processes.
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]commander[\\/]/.test(importer)
        ? { path: 'child_process', namespace: 'absent' }
        : undefined,
    )
    onLoad({ filter: /./, namespace: 'absent' }, () => ({ contents: 'export default {}' }))
    for (const [filter, contents] of replaced)
      onLoad({ filter }, ({ path }) => ({ contents, resolveDir: dirname(path) }))
  },
}
