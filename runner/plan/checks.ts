import { isIP } from 'node:net'
import { type Check, type CheckInput, checkSchema } from '../../checks/check.ts'
import type { Family } from '../../checks/vantage.ts'
import { dnsPort, isDnsServer } from '../../fabric/cluster-dns.ts'
import type { World } from '../../fabric/world.ts'
import type { Expectation, HttpRequest, Speech, Target } from '../scenario/model.ts'
import { familyOf, type Socket, singleSynMs } from './planned-check.ts'

/** The time limit of a check, including all attempts. */
export interface Patience {
  readonly deadlineMs: number
  readonly attempts: number
}

type Spoken = Exclude<Target, { kind: 'dns' }>

/** What the application would do: use the target's name, with the scenario's conditions. */
export function namedCheck(
  target: Extract<Spoken, { host: string }>,
  expect: Expectation,
  options: Patience & { family?: Family },
): Check {
  if (target.kind === 'http') return checkSchema.parse({ ...options, ...httpCheck(target.url, target.request, expect) })
  const { host, port } = target
  return checkSchema.parse({
    ...options,
    host,
    port,
    ...(target.kind === 'tls' ? tlsCheck(expect) : { kind: target.kind }),
  })
}

/** The same check at one address of the name. The name is only in the Host header and the TLS server name. */
export function addressedCheck(
  target: Spoken,
  socket: Socket,
  { expect, ...patience }: Patience & { expect: Expectation },
): Check {
  const { address: host, port } = socket
  const named = 'host' in target && target.host !== host
  const speech = speechOf(target)
  if (speech.protocol === 'http' || speech.protocol === 'https') {
    const secure = speech.protocol === 'https'
    const own = `${secure ? 'https' : 'http'}://${socket.family === 6 ? `[${host}]` : host}:${port}${speech.path}`
    const request = named
      ? { ...speech.request, headers: { host: hostHeader(target), ...speech.request.headers } }
      : speech.request
    const serverName = named && secure ? { serverName: target.host } : {}
    return checkSchema.parse({ ...patience, ...serverName, ...httpCheck(own, request, expect) })
  }
  if (speech.protocol === 'tls')
    return checkSchema.parse({
      ...patience,
      host,
      port,
      ...(named ? { serverName: target.host } : {}),
      ...tlsCheck(expect),
    })
  return checkSchema.parse({ ...patience, kind: speech.protocol, host, port })
}

/** Checks layer 4 only. `address` may be a name outside the cluster. A DNS server gets a query, because it does not answer other datagrams. */
export function transportCheck(socket: Omit<Socket, 'family'>, patience: Patience, world: World): Check {
  const { address: host, port, protocol } = socket
  if (protocol === 'UDP' && isIP(host) !== 0 && isDnsServer(socket, world)) return serverCheck(socket, patience)
  return checkSchema.parse({ ...patience, kind: protocol === 'UDP' ? 'udp' : 'tcp', host, port })
}

/** The same with a single SYN for TCP. The check ends before the kernel retransmits it, because the second SYN may reach another endpoint. */
export function singleSynCheck(socket: Omit<Socket, 'family'>, world: World, deadlineMs = singleSynMs): Check {
  const check = transportCheck(socket, { deadlineMs: Math.min(singleSynMs, deadlineMs), attempts: 1 }, world)
  return check.kind === 'tcp' ? { ...check, exactDeadline: true } : check
}

/** A query that every cluster's DNS answers, sent to one server at its listening port. Older resident probes support only port 53. */
export function serverCheck({ address: server, port }: Pick<Socket, 'address' | 'port'>, patience: Patience): Check {
  const at = { server, ...(port === dnsPort ? {} : { port }) }
  return checkSchema.parse({ ...patience, kind: 'dns', name: 'kubernetes.default.svc.cluster.local.', ...at })
}

/** The DNS lookup of a path that is judged by address. */
export function lookupCheck(host: string, family: Family, { deadlineMs }: Patience): Check {
  return checkSchema.parse({ kind: 'dns', name: host, type: family === 6 ? 'AAAA' : 'A', deadlineMs, attempts: 1 })
}

/** The query of a dns target. */
export function dnsCheck({ host: name, type, server }: Extract<Target, { kind: 'dns' }>, patience: Patience): Check {
  return checkSchema.parse({ ...patience, kind: 'dns', name, type, ...(server === undefined ? {} : { server }) })
}

/** The protocol of a target, in either notation. */
function speechOf(target: Spoken): Speech {
  if (target.kind === 'pods' || target.kind === 'nodePort') return target.speech
  if (target.kind !== 'http') return { protocol: target.kind }
  const { pathname, search } = new URL(target.url)
  return { protocol: target.secure ? 'https' : 'http', path: `${pathname}${search}`, request: target.request }
}

function hostHeader({ host, port, ...target }: Extract<Spoken, { host: string }>): string {
  const usual = target.kind === 'http' && target.secure ? 443 : 80
  const name = familyOf(host) === 6 ? `[${host}]` : host
  return port === usual ? name : `${name}:${port}`
}

function httpCheck(url: string, request: HttpRequest, expect: Expectation): CheckInput {
  const asked = expect.kind === 'allowed' ? expect : undefined
  const { status, headers, body } = asked?.http ?? {}
  return {
    kind: 'http',
    url,
    ...request,
    ...tlsOptions(expect),
    expect: {
      ...(status === undefined ? {} : { status: [...status] }),
      ...(headers === undefined ? {} : { headers: { ...headers } }),
      ...(body === undefined ? {} : { body }),
    },
  }
}

function tlsCheck(expect: Expectation) {
  return { kind: 'tls' as const, ...tlsOptions(expect) }
}

/** Verifies a certificate only if the scenario requires it. The path is under test, not the certificate. */
function tlsOptions(expect: Expectation) {
  const asked = expect.kind === 'allowed' ? expect.tls : undefined
  return {
    verify: asked?.verified ?? false,
    ...(asked?.serverName === undefined ? {} : { serverName: asked.serverName }),
  }
}
