import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Client, connectCluster } from '../../../fabric/kubernetes/api/client.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A kubeconfig of one context, `here`, for a server; removed when the test has ended. */
export function kubeconfig(server: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'config')
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'here' },
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 'bearer' } }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'team' } }],
  }
  writeFileSync(file, JSON.stringify(config))
  return file
}

/** The address of an API server that answers as the test says. */
export async function serve(answer: Answer): Promise<string> {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A client of an API server that answers as the test says. */
export async function against(answer: Answer): Promise<Client> {
  const client = await connectCluster({ kubeconfig: kubeconfig(await serve(answer)), environment: {} })
  onTestFinished(() => client.close())
  return client
}

/** What an API server says where it does not do as asked. */
export function status(code: number, reason: string, message: string): string {
  return JSON.stringify({ kind: 'Status', code, reason, message })
}
