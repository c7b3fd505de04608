import type { Context } from '../context.ts'
import { perContext } from '../per-context.ts'
import { type HostText, hostsIn } from './extract.ts'
import { type Mention, mentionsOf } from './mention.ts'
import { type Resolved, resolve } from './resolve.ts'

/** A host in a text, and what it resolves to. */
export interface NamedHost {
  readonly mention: Mention
  readonly named: HostText
  readonly is: Resolved
}

const loopbacks = ['localhost', 'ip6-localhost', 'host', 'hostname']

/** Returns every host that the manifests name. */
export const namedHostsOf = perContext((context: Context): readonly NamedHost[] =>
  mentionsOf(context).flatMap((mention) => {
    const other = new Set([...loopbacks, ...mention.aliases, ...upstreamsIn(mention)])
    return hostsIn(mention)
      .filter(({ host }) => !other.has(host))
      .map((named) => ({ mention, named, is: resolve(named.host, mention.object.namespace, context) }))
  }),
)

/** Names that a proxy configuration gives to groups of servers. */
function upstreamsIn({ text, form }: Mention): string[] {
  if (form !== 'file') return []
  return [...text.matchAll(/(?:upstream|backend|name:) ["']?([\w.*-]+)/g)].map(([, name = '']) => name.toLowerCase())
}

/** Describes the text in messages: `REDIS_URL names redis:6379`. */
export function saying({ mention, named }: NamedHost): string {
  const who = mention.name === '' ? 'the command' : mention.name
  return `${who} names ${named.host}${named.port === undefined ? '' : `:${named.port}`}`
}
