import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Listed, lists, size } from './world-objects.ts'

/** A program that simulates the API server of a large cluster. It serves paginated lists (limit, continue) and prints its port. */
const pages = new Map<string, Buffer>()

const server = createServer(({ url = '', method }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://here')
  const answer = (text: string | Buffer) => respond(response, 200, text)
  if (pathname === '/version') return answer('{"gitVersion":"v1.34.0"}')
  const list = lists[pathname.split('/').at(-1) ?? '']
  const isWhole = /^\/(api\/v1|apis\/[^/]+\/v1)\/[a-z]+$/.test(pathname)
  const own = /\/namespaces\/team-(\d+)\/([a-z]+)$/.exec(pathname)
  if (method === 'GET' && own !== null && list !== undefined) return answer(namespaced(list, Number(own[1])))
  if (method !== 'GET' || list === undefined || !isWhole) return respond(response, 404, '{"kind":"Status","code":404}')
  const limit = Number(searchParams.get('limit') ?? list.count)
  const from = Number(searchParams.get('continue') ?? 0)
  return answer(pageOf(pathname, { from, limit }))
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))

/** Each page is generated once, because the bench measures the reader. */
function pageOf(path: string, { from, limit }: { readonly from: number; readonly limit: number }): Buffer {
  const key = `${path} ${from} ${limit}`
  const known = pages.get(key)
  if (known !== undefined) return known
  const { count, write } = lists[path.split('/').at(-1)!]!
  const end = Math.min(count, from + limit)
  const items = Array.from({ length: end - from }, (_, at) => write(from + at))
  const more = end < count ? `,"continue":"${end}"` : ''
  const page = Buffer.from(`{"metadata":{"resourceVersion":"3000000"${more}},"items":[${items.join(',')}]}`)
  pages.set(key, page)
  return page
}

/** Objects are distributed over namespaces round-robin. */
function namespaced({ count, write }: Listed, namespace: number): string {
  const items = Array.from({ length: Math.ceil((count - namespace) / size.namespaces) }, (_, at) =>
    write(namespace + at * size.namespaces),
  )
  return `{"metadata":{"resourceVersion":"3000000"},"items":[${items.join(',')}]}`
}

function respond(response: ServerResponse, status: number, text: string | Buffer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(text)
}
