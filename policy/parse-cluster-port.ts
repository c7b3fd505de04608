import type { ClusterPort } from './cluster-policy.ts'
import { refuseUnknownKeys, text, typeName } from './decode.ts'
import { type Field, field, isAbsent, isObject, report } from './field.ts'
import { parsePortNumber } from './parse-port.ts'
import type { Protocol } from './types.ts'

const kinds = ['tcp', 'udp', 'sctp', 'destinationNamedPort'] as const
const protocolOf = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' } as const satisfies Record<string, Protocol>

/** Parses one item of `protocols`: a destination port or range of one protocol, or a named port of any protocol. */
export function parseClusterPort(of: Field): ClusterPort[] {
  if (!isObject(of.value)) {
    report(of, {
      message: `expected an object, got ${typeName(of.value)}`,
      hint: 'write tcp: {destinationPort: {number: 80}}',
    })
    return []
  }
  refuseUnknownKeys(of, kinds)
  const [kind, ...more] = kinds.filter((each) => !isAbsent(field(of, each)))
  if (kind === undefined || more.length > 0) {
    report(of, {
      message: `${kind === undefined ? 'Required value: one of' : 'Forbidden: only one of'} ${kinds.join(', ')}`,
    })
    return []
  }
  if (kind !== 'destinationNamedPort') return parseRange(field(of, kind), protocolOf[kind])
  const name = text(field(of, kind))
  return name === undefined ? [] : [{ kind: 'name', name }]
}

function parseRange(of: Field, protocol: Protocol): ClusterPort[] {
  refuseUnknownKeys(of, ['destinationPort'])
  const port = field(of, 'destinationPort')
  refuseUnknownKeys(port, ['number', 'range'])
  const [number, range] = [field(port, 'number'), field(port, 'range')]
  if (isAbsent(number) === isAbsent(range)) {
    const message = isAbsent(number)
      ? 'Required value: destinationPort with number or range'
      : 'Forbidden: number and range'
    report(port, { message, hint: 'write destinationPort: {number: 80}' })
    return []
  }
  if (!isAbsent(number)) {
    const first = parsePortNumber(number)
    return first === undefined ? [] : [{ kind: 'range', protocol, first, last: first }]
  }
  refuseUnknownKeys(range, ['start', 'end'])
  const [first, last] = (['start', 'end'] as const).map((key) => {
    const bound = field(range, key)
    if (isAbsent(bound)) report(bound, { message: 'Required value' })
    return parsePortNumber(bound)
  })
  if (first === undefined || last === undefined) return []
  if (first >= last) report(range, { message: 'Invalid value: Start port must be less than End port' })
  return [{ kind: 'range', protocol, first, last }]
}
