import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { didYouMean } from '../../policy/suggest.ts'
import { requestOf } from './app-protocol.ts'
import { type DnsType, dnsTypes, type Speech, type TargetSpec } from './model.ts'
import { isWorkloadKind, parseNoun } from './resource-names.ts'

const forms = 'tcp://host:port, udp://, tls://, http(s)://, dns://name, nodeport://port or namespace/deploy/x:port'

/** Parses a target in one word: a URL, `host:port` (TCP), or `namespace/kind/name:port[/protocol]`. Returns a sentence with the problem otherwise. */
export function parseTarget(text: string): TargetSpec | string {
  const scheme = /^([a-z]+):\/\/(.*)$/is.exec(text)
  const parse = scheme?.[1] === undefined ? undefined : schemes[scheme[1].toLowerCase()]
  if (scheme !== null) return parse?.(scheme[2] ?? '', text) ?? unknownScheme(scheme[1] ?? '')
  const [, address, protocol = ''] = /^([^/]+:\d+)\/([a-z]+)$/i.exec(text) ?? []
  if (address !== undefined && Object.hasOwn(schemes, protocol.toLowerCase()))
    return `"${text}" is no target: write ${protocol.toLowerCase()}://${address}`
  if (text.includes('/')) return parseNounPort(text)
  if (text.includes(':')) return parseAddress('tcp', text)
  const portless = /^[\w.-]+$/.test(text) ? `it lacks its port, as in ${text}:80; ` : ''
  return `"${text}" is no target: ${portless}expected ${forms}`
}

function unknownScheme(scheme: string): string {
  return `unknown scheme "${scheme}://": ${didYouMean(scheme, Object.keys(schemes)) ?? `possible are ${forms}`}`
}

const schemes: Readonly<Record<string, (rest: string, text: string) => TargetSpec | string>> = {
  tcp: (rest) => parseAddress('tcp', rest),
  udp: (rest) => parseAddress('udp', rest),
  tls: (rest) => parseAddress('tls', rest),
  http: (_, text) => parseHttp(text),
  https: (_, text) => parseHttp(text),
  dns: parseDns,
  nodeport: parseNodePort,
}

/** `host:port`, with IPv6 addresses in brackets. */
export function parseAddress(kind: 'tcp' | 'udp' | 'tls', text: string): TargetSpec | string {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:/?#[\]@]*))(?::(\d*))?\/?$/.exec(text) ?? []
  const written = bracketed ?? plain
  if (written === undefined) {
    return isIP(text) === 6 || /^[0-9a-f:]+:\d+$/i.test(text)
      ? `an IPv6 address stands in brackets: [address]:port, got "${text}"`
      : `expected host:port, got "${text}"`
  }
  if (!digits) return `"${text}" lacks its port: ${kind}://${written || 'host'}:port`
  const port = parsePort(digits)
  if (typeof port === 'string') return port
  const host = parseHost(written, bracketed !== undefined)
  return typeof host === 'string' ? host : { kind, host: host.host, port }
}

/** An http or https URL. */
export function parseHttp(text: string): TargetSpec | string {
  const url = URL.parse(text)
  if (url === null || url.hostname === '') return `"${text}" is no URL`
  if (url.username !== '' || url.password !== '') return 'a URL with a user and password is refused: use headers'
  const host = parseHost(url.hostname.replace(/^\[|\]$/g, ''), url.hostname.startsWith('['))
  if (typeof host === 'string') return host
  const secure = url.protocol === 'https:'
  const port = url.port === '' ? (secure ? 443 : 80) : parsePort(url.port)
  if (typeof port === 'string') return port
  url.hash = ''
  return { kind: 'http', url: url.href, host: host.host, port, secure, request: requestOf({}) }
}

function parseDns(rest: string, text: string): TargetSpec | string {
  const [name = '', query = ''] = rest.split('?')
  const options = new URLSearchParams(query)
  const stray = [...options.keys()].find((key) => key !== 'type' && key !== 'server')
  if (stray !== undefined) return `"${stray}" is unknown in "${text}": possible are type and server`
  return dnsTarget(name, options.get('type')?.toUpperCase(), options.get('server') ?? undefined)
}

/** A DNS query as target. A final dot in the name is kept, because it disables the search list. */
export function dnsTarget(name: string, type = 'A', server?: string): TargetSpec | string {
  const checked = parseHost(name.replace(/\.$/, ''), false)
  if (typeof checked === 'string') return checked
  if (!dnsTypes.includes(type as DnsType)) return `"${type}" is no record type: possible are ${dnsTypes.join(', ')}`
  if (server !== undefined && isIP(server) === 0) return `server: expected an IP address, got "${server}"`
  return { kind: 'dns', host: name, type: type as DnsType, ...(server !== undefined && { server }) }
}

function parseNodePort(rest: string, text: string): TargetSpec | string {
  const [, digits, protocol, query] = /^(\d+)(?:\/([a-z]+))?(?:\?node=([^&]+))?$/i.exec(rest) ?? []
  if (digits === undefined)
    return `expected nodeport://port, nodeport://port/udp or nodeport://port?node=NAME, got "${text}"`
  const port = parsePort(digits)
  if (typeof port === 'string') return port
  const speech = parseSpeech(protocol)
  if (typeof speech === 'string') return speech
  return { kind: 'nodePort', port, speech, ...(query !== undefined && { node: query }) }
}

function parseNounPort(text: string): TargetSpec | string {
  const [, nounText = '', digits, protocol] = /^([^:]+)(?::(\d+)(?:\/([a-z]+))?)?$/i.exec(text) ?? []
  const noun = parseNoun(nounText || text)
  if (typeof noun === 'string') return noun
  if (noun.kind === 'node')
    return `a node cannot be a target: write its address and port, or nodeport://PORT?node=${noun.name}`
  if (noun.kind !== 'service' && !isWorkloadKind(noun.kind))
    return `a ${noun.kind} cannot be a target: name a Service or workload`
  if (digits === undefined) return `"${text}" lacks its port: ${text}:port`
  const port = parsePort(digits)
  if (typeof port === 'string') return port
  const speech = parseSpeech(protocol)
  if (typeof speech === 'string') return speech
  const { namespace, kind, name } = noun
  if (kind !== 'service')
    return { kind: 'pods', pods: { by: 'workload', namespace, workload: `${kind}/${name}` }, port, speech }
  const host = `${name}.${namespace}`
  if (speech.protocol === 'http' || speech.protocol === 'https')
    return parseHttp(`${speech.protocol}://${host}:${port}/`)
  return { kind: speech.protocol, host, port }
}

function parseSpeech(protocol = 'tcp'): Speech | string {
  const word = protocol.toLowerCase()
  if (word === 'tcp' || word === 'udp' || word === 'tls') return { protocol: word }
  if (word === 'http' || word === 'https') return { protocol: word, path: '/', request: requestOf({}) }
  return `unknown protocol "${protocol}": possible are tcp, udp, tls, http, https`
}

function parsePort(digits: string): number | string {
  const port = Number(digits)
  return port >= 1 && port <= 65_535 ? port : `port ${digits} is not between 1 and 65535`
}

/** A DNS name, or an IP literal in canonical form. */
function parseHost(text: string, bracketed: boolean): { readonly host: string } | string {
  if (text === '') return 'the host is missing'
  if (isIP(text) !== 0) {
    if (text.includes('%')) return `"${text}" has a zone, which is of no use in another network namespace`
    if (isIP(text) === 6 && !bracketed) return `an IPv6 address stands in brackets: [${text}]`
    return { host: ipaddr.parse(text).toString() }
  }
  if (/^[\d.]+$/.test(text) || bracketed) return `"${text}" is no IP address`
  const name = text.replace(/\.$/, '')
  const valid =
    name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_](?:[-a-z0-9_]{0,61}[a-z0-9_])?$/i.test(label))
  return valid ? { host: text } : `"${text}" is no host name`
}
