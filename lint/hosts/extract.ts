import type { Mention } from './mention.ts'

/** A host as written in a text. */
export interface HostText {
  /** In lower case, without a trailing dot. `*` replaces a variable. */
  readonly host: string
  readonly port?: number
  /**
   * `url` and `pair` (host:port) are certainly hosts. `name` is a host because the variable name says so, `full` because it ends in `.svc`.
   */
  readonly form: 'url' | 'pair' | 'name' | 'full'
}

/** Variables for names under which requests arrive, not for destinations. */
const ownNames = /(^|[_.-])(ALLOWED|TRUSTED|ACCEPTED|VIRTUAL|VALID|CORS|COOKIE|BIND|LISTEN)[_.-]/i
const hostVariable =
  /(^|[_.-])(HOSTS?|HOSTNAME|ADDR(ESS(ES)?)?|SERVERS?|ENDPOINTS?|BROKERS?|URL|URI|UPSTREAM|NODES|SEEDS)$/i
/** Schemes whose authority is a network host. `file:` and `s3:` are not among them. */
const dialled =
  /^(https?|wss?|grpcs?|h2c?|tcp|udp|tls|ssl|quic|amqps?|rediss?|valkey|mongodb|postgres(ql)?|mysql|mariadb|cockroachdb|sqlserver|mssql|oracle|clickhouse|cassandra|elasticsearch|opensearch|kafka|plaintext|sasl_plaintext|sasl_ssl|client|internal|external|broker|controller|nats|mqtts?|stomp|memcached?|etcd|zk|zookeeper|consul|ldaps?|smtps?|imaps?|s?ftp|ssh|git|otlp|statsd|syslog|bolt|neo4j|thrift|nfs)$/i
/** Values of variables such as `…_HOST` or `…_ADDRESS` that are not hosts. */
const words = new Set([
  'true',
  'false',
  'yes',
  'no',
  'on',
  'off',
  'none',
  'null',
  'any',
  'all',
  'auto',
  'default',
  'enabled',
  'disabled',
])
/** A host has at most 253 characters (RFC 1035). Longer text is not a host, and this bound keeps matching fast. */
const maxAuthority = 300
const hostText = /^(?=.*[a-z])[a-z0-9*]([a-z0-9*-]*[a-z0-9*])?(\.[a-z0-9*]([a-z0-9*-]*[a-z0-9*])?)*$/
const webPorts: Readonly<Record<string, number>> = { http: 80, https: 443 }

/**
 * Returns the hosts in a text: authorities of URLs, `host:port`, full names of Services, and single names in variables such as
 * DATABASE_HOST.
 */
export function hostsIn({ text, form, name }: Pick<Mention, 'text' | 'form' | 'name'>): HostText[] {
  const plain = text.replaceAll(/\$\([^)]{0,100}\)|\$\{[^}]{0,100}\}|\{\{[^}]{0,100}\}\}|\$[A-Za-z_]\w*/g, '*')
  const tokens = plain.split(/[\s,;"'`|<>()[\]{}]+/).filter((token) => token !== '')
  const found = tokens.flatMap((token) =>
    hostIn(token, { alone: form === 'setting', isHost: hostVariable.test(name) && !ownNames.test(name) }),
  )
  return [...new Map(found.map((each) => [`${each.host}:${each.port}`, each])).values()]
}

function hostIn(token: string, { alone, isHost }: { alone: boolean; isHost: boolean }): HostText[] {
  const url = urlIn(token)
  if (url !== undefined) {
    const { scheme, authority } = url
    const full = /\.svc(\.cluster\.local)?\.?(:\d+)?$/i.test(authority)
    if (!dialled.test(scheme) && !full) return []
    return parsed(authority, 'url', webPorts[scheme.toLowerCase()])
  }
  const bare = token.replace(/^(?:\d+@|[\w.-]+=(?:\d+@)?)/, '').replace(/[/?#].*$/, '')
  if (/:\d{1,5}$/.test(bare)) return parsed(bare, 'pair')
  const full = /\.svc(\.cluster\.local)?\.?$/i.test(bare)
  if (full) return parsed(bare, 'full')
  const isWord = words.has(bare) || bare !== bare.toLowerCase()
  return alone && isHost && bare === token && !isWord ? parsed(bare, 'name') : []
}

/** The first `scheme://authority` of a token, without user information. */
function urlIn(token: string): { readonly scheme: string; readonly authority: string } | undefined {
  const end = token.indexOf('://')
  const [scheme] = /[a-z][a-z0-9+.-]*$/i.exec(token.slice(Math.max(0, end - 40), Math.max(0, end))) ?? []
  if (scheme === undefined) return undefined
  const [whole = ''] = /^[^/?#]*/.exec(token.slice(end + 3)) ?? []
  return { scheme, authority: whole.slice(whole.lastIndexOf('@') + 1) }
}

function parsed(authority: string, form: HostText['form'], usual?: number): HostText[] {
  if (authority.length > maxAuthority) return []
  const [, written = '', digits] = /^([^:]*)(?::(\d{1,5}))?$/.exec(authority) ?? []
  const host = written.toLowerCase().replace(/\.$/, '')
  const port = digits === undefined ? usual : Number(digits)
  return hostText.test(host) ? [{ host, form, ...(port === undefined ? {} : { port }) }] : []
}
