import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { HttpMethod, KubeConfig } from '@kubernetes/client-node'
import pLimit from 'p-limit'
import { type Dispatcher, getGlobalDispatcher } from 'undici'
import { apiError } from './api-error.ts'
import { linesOf } from './lines.ts'
import { createReader } from './partial-json/reader.ts'
import { bytesOf, type Reception } from './read-body.ts'
import { sendPatiently } from './retry.ts'
import { createTunnel, type WebSocketLike } from './tunnel.ts'

/** The given settings do not lead to a cluster. The message is one sentence for the user. */
export class ClusterUnavailable extends Error {
  override readonly name = 'ClusterUnavailable'
}

export interface ClusterAccess {
  /**
   * Files as in KUBECONFIG, separated like PATH. Defaults in order: KUBECONFIG, ~/.kube/config, the pod's service
   * account.
   */
  readonly kubeconfig?: string
  readonly context?: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Relative to the server's address, with the query. */
  readonly path: string
  readonly body?: unknown
  /** Content type of the body; `application/json` when absent. */
  readonly contentType?: string
}

/** One event of a watch (API concepts, "efficient detection of changes"). */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: unknown
}

/** A client of one API server that sends and returns plain JSON. No model drops fields of an object. */
export interface Client {
  readonly server: string
  readonly context: string
  readonly user: string
  /** The namespace of the kubeconfig context. */
  readonly namespace: string | undefined
  /**
   * Returns the JSON of the response; rejects with `ApiError`. Retries idempotent requests when the server is busy or
   * the connection breaks.
   */
  send(asked: ApiRequest, signal: AbortSignal): Promise<unknown>
  /** Like `send` with GET, but returns the raw bytes. */
  fetch(path: string, signal: AbortSignal, reception?: Reception): Promise<Buffer>
  /**
   * Yields the events of a `watch=1` request until the server ends it. Rejects with `ApiError` or the connection's
   * error. Does not retry.
   */
  watch(path: string, signal: AbortSignal): AsyncGenerator<WatchEvent>
  /** Opens a connection to a port on the loopback of a pod's network (`pods/portforward`). */
  forward(to: { readonly namespace: string; readonly pod: string; readonly port: number }): Promise<Duplex>
  close(): Promise<void>
}

/** Reads the kubeconfig and creates a client for one context. Sends no request. Rejects with `ClusterUnavailable`. */
export async function connectCluster(access: ClusterAccess): Promise<Client> {
  const { KubeConfig: Config, PortForward, RequestContext } = await loadLibrary()
  const config = new Config()
  loadInto(config, access, () => new Config())
  const context = chooseContext(config, access.context)
  const cluster = config.getCurrentCluster()
  if (cluster === null) throw new ClusterUnavailable(`the context "${context}" names no cluster that is configured`)
  const server = cluster.server.replace(/\/+$/, '')
  const inFlight = pLimit(16)
  let dispatcher: Dispatcher | undefined
  /** Whether the server has responded before. Retries stop sooner for a server that never has. */
  let known = false

  /**
   * Requests are authorized one at a time: an exec credential plugin may prompt the user, and caches its result for the
   * next request.
   */
  let authorizing: Promise<unknown> = Promise.resolve()
  const authorize = (context: InstanceType<typeof RequestContext>, signal: AbortSignal): Promise<void> => {
    const turn = authorizing.then(() => {
      signal.throwIfAborted()
      return config.applySecurityAuthentication(context)
    })
    authorizing = turn.catch(() => undefined)
    return turn
  }
  const ask = async ({ method, path, body, contentType }: ApiRequest, bodyTimeout: number, signal: AbortSignal) => {
    const authorized = new RequestContext(`${server}${path}`, method as HttpMethod)
    await authorize(authorized, signal)
    // The library creates a dispatcher per call. We keep the first one to reuse its connections.
    dispatcher ??= authorized.getDispatcher() as Dispatcher | undefined
    const headers = { accept: 'application/json', ...authorized.getHeaders() }
    const { origin, pathname, search } = new URL(`${server}${path}`)
    const answer = await (dispatcher ?? getGlobalDispatcher()).request({
      origin,
      path: `${pathname}${search}`,
      method,
      signal,
      headersTimeout: 30_000,
      bodyTimeout,
      headers: body === undefined ? headers : { ...headers, 'content-type': contentType ?? 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (answer.statusCode < 400) return answer.body
    const header = answer.headers['retry-after']
    throw apiError({
      request: `${method} ${path}`,
      status: answer.statusCode,
      body: await answer.body.text(),
      retryAfter: Array.isArray(header) ? header[0] : header,
    })
  }
  const once = async (asked: ApiRequest, signal: AbortSignal, reception?: Reception): Promise<Buffer> => {
    const bytes = await bytesOf(await ask(asked, 60_000, signal), reception)
    known = true
    return bytes
  }
  const patiently = (asked: ApiRequest, signal: AbortSignal, reception?: Reception): Promise<Buffer> =>
    inFlight(() => {
      const repeatable = asked.method !== 'POST' || reviews.test(asked.path)
      return sendPatiently(() => once(asked, signal, reception), { forMs: () => patienceMs(known), repeatable, signal })
    })

  return {
    server,
    context,
    user: config.getCurrentUser()?.name ?? '',
    namespace: config.getContextObject(context)?.namespace,
    send: async (asked, signal) => readWhole(await patiently(asked, signal), `${asked.method} ${asked.path}`),
    fetch: (path, signal, reception) => patiently({ method: 'GET', path }, signal, reception),
    async *watch(path, signal) {
      const body = await ask({ method: 'GET', path }, 0, signal)
      for await (const line of linesOf(body)) yield JSON.parse(line) as WatchEvent
    },
    forward: ({ namespace, pod, port }) =>
      createTunnel(async ({ output, errors, input }) => {
        const forwarder = new PortForward(config)
        return (await forwarder.portForward(namespace, pod, [port], output, errors, input)) as WebSocketLike
      }),
    close: async () => dispatcher?.close(),
  }
}

/** Creating a review has no effect on the cluster; the result is in the response. */
const reviews = /^\/apis\/auth(entication|orization)\.k8s\.io\//

/**
 * How long to retry, in milliseconds. A known server that restarts is back in less time. Retries stop sooner for a
 * server that never responded.
 */
function patienceMs(known: boolean): number {
  return known ? 30_000 : 3_000
}

const readWhole = createReader('all')

/** Loads the library on demand, because loading takes 200 ms. */
function loadLibrary(): Promise<typeof import('./client-node.ts')> {
  return import('./client-node.ts')
}

function loadInto(config: KubeConfig, { kubeconfig, environment }: ClusterAccess, create: () => KubeConfig): void {
  const home = environment['HOME'] ?? environment['USERPROFILE']
  const usual = home === undefined ? undefined : join(home, '.kube', 'config')
  const named = kubeconfig ?? environment['KUBECONFIG']
  const files = named
    ? named.split(delimiter).filter((file) => file !== '' && (kubeconfig !== undefined || existsSync(file)))
    : []
  if (files.length === 0 && named) throw new ClusterUnavailable(`KUBECONFIG=${named}: there is no such file`)
  if (files.length === 0 && usual !== undefined && existsSync(usual)) files.push(usual)
  if (files.length === 0 && environment['KUBERNETES_SERVICE_HOST']) {
    config.loadFromCluster()
    return
  }
  if (files.length === 0) {
    throw new ClusterUnavailable('no cluster is configured: set KUBECONFIG or name a file by --kubeconfig')
  }
  for (const [index, file] of files.entries()) {
    const each = index === 0 ? config : create()
    try {
      each.loadFromFile(file)
    } catch (error) {
      throw new ClusterUnavailable(`${file}: this is no kubeconfig: ${(error as Error).message}`, { cause: error })
    }
    if (index > 0) config.mergeConfig(each, true)
  }
}

function chooseContext(config: KubeConfig, wanted: string | undefined): string {
  const names = config.getContexts().map(({ name }) => name)
  const chosen = wanted ?? config.getCurrentContext()
  if (!chosen) {
    throw new ClusterUnavailable(
      `the kubeconfig has no current context: name one by --context (${names.join(', ') || 'it has none'})`,
    )
  }
  if (!names.includes(chosen)) {
    throw new ClusterUnavailable(`there is no context "${chosen}"; the kubeconfig has ${names.join(', ') || 'none'}`)
  }
  config.setCurrentContext(chosen)
  return chosen
}
