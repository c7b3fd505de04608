import { integer, oneOf, refuseUnknownKeys, typeName } from './decode.ts'
import { portRemains } from './dropped-keys.ts'
import { type Field, field, isAbsent, isObject, pathTo, report } from './field.ts'
import { invalidValue, portNameFault } from './names.ts'
import type { PolicyPort } from './types.ts'

export const protocols = ['TCP', 'UDP', 'SCTP'] as const

/** Parses one item of a rule's `ports`. The default protocol is TCP (rule 36). Null is an item without restrictions. */
export function parsePolicyPort(of: Field): PolicyPort {
  refuseUnknownKeys(of, ['protocol', 'port', 'endPort'], { remains: portRemains })
  if (!isAbsent(of) && !isObject(of.value)) {
    const hint = typeof of.value === 'number' ? `write - port: ${of.value}` : undefined
    report(of, { message: `expected an object with protocol and port, got ${typeName(of.value)}`, hint })
    return {}
  }
  const protocol = oneOf(field(of, 'protocol'), protocols) ?? 'TCP'
  const port = parsePortOrName(field(of, 'port'))
  const endPort = parseEndPort(of, port)
  return { protocol, ...(port === undefined ? {} : { port }), ...(endPort === undefined ? {} : { endPort }) }
}

/** Parses an IntOrString port: 1 to 65535, or an IANA service name. Rejects `"80"` in quotes, as the API server does. */
export function parsePortOrName(of: Field): number | string | undefined {
  if (typeof of.value !== 'string') return parsePortNumber(of)
  const fault = portNameFault(of.value)
  if (fault === undefined) return of.value
  const quoted = /^\d+$/.test(of.value)
  const hint = quoted ? `write ${String(pathTo(of).at(-1))}: ${Number(of.value)} without quotes` : undefined
  report(of, { message: invalidValue(of.value, fault), hint })
  return undefined
}

/** Parses a port number, 1 to 65535. Absent is not a problem. */
export function parsePortNumber(of: Field): number | undefined {
  const port = integer(of)
  if (port === undefined || (port >= 1 && port <= 65_535)) return port
  report(of, { message: invalidValue(port, 'must be between 1 and 65535, inclusive') })
  return undefined
}

function parseEndPort(item: Field, port: number | string | undefined): number | undefined {
  const of = field(item, 'endPort')
  const endPort = parsePortNumber(of)
  if (endPort === undefined) return undefined
  if (isAbsent(field(item, 'port'))) {
    report(of, {
      message: 'Forbidden: may not be specified when `port` is not specified',
      hint: 'write port: for the first port of the range',
    })
  } else if (typeof port === 'string') {
    report(of, { message: 'Forbidden: may not be specified when `port` is a name', hint: 'write port: as a number' })
  } else if (port !== undefined && endPort < port) {
    report(of, {
      message: invalidValue(endPort, 'must be greater than or equal to `port`'),
      hint: `write port: ${endPort} and endPort: ${port}`,
    })
  } else return endPort
  return undefined
}
