import type { OnLoadArgs, Plugin } from 'esbuild'

/**
 * Of the Kubernetes client the bundle has the kubeconfig, with every way to log in, and the port-forward. These know the generated interface of the API, which is ten times as large, by
 * methods that nobody calls; of it there is what they name.
 */
const generated = `
  const left = () => { throw new Error('this bundle has no generated client') }
  export { left as createConfiguration, left as ServerConfiguration, left as AppsV1Api, left as CoreV1Api }`

/** Of undici what connects, as its index.js exports it: fetch, mocks and caches are half of it. */
const undici = `
  const Dispatcher = require('./lib/dispatcher/dispatcher')
  Object.assign(Dispatcher.prototype, require('./lib/api'))
  exports.Agent = require('./lib/dispatcher/agent')
  exports.Client = require('./lib/dispatcher/client')
  exports.Pool = require('./lib/dispatcher/pool')
  exports.ProxyAgent = require('./lib/dispatcher/proxy-agent')`

/** Files of packages by the ends of their paths, and what stands in their place. A name that is missing there fails the build. */
const replaced: ReadonlyMap<RegExp, string> = new Map([
  [/[\\/]@kubernetes[\\/]client-node[\\/]dist[\\/]gen[\\/]index\.js$/, generated],
  [/[\\/]node_modules[\\/]undici[\\/]index\.js$/, undici],
])

/** Leaves out of the bundle what packages load and nothing uses: a start that asks a cluster compiles a quarter of it. */
export const leanPackages: Plugin = {
  name: 'lean-packages',
  setup({ onLoad }) {
    for (const [filter, contents] of replaced) {
      onLoad({ filter }, ({ path }: OnLoadArgs) => ({ contents, resolveDir: path.replace(/[\\/][^\\/]+$/, '') }))
    }
  },
}
