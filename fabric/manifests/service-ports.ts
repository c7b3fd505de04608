import { items, oneOf, text } from '../../policy/decode.ts'
import { type Field, field, isAbsent, report } from '../../policy/field.ts'
import { invalidValue, labelNameFault } from '../../policy/names.ts'
import { parsePortNumber, parsePortOrName, protocols } from '../../policy/parse-port.ts'
import type { Service, ServicePort } from '../world.ts'

/**
 * The ports of a Service. protocol defaults to TCP, targetPort to port. A NodePort that is 0 or absent is not assigned
 * yet.
 */
export function readServicePorts(of: Field, type: Service['type']): ServicePort[] {
  const fields = items(of)
  const names = new Set<string>()
  return fields.flatMap((item) => {
    const nameField = field(item, 'name')
    const name = text(nameField) || undefined
    refuseName(nameField, { name, several: fields.length > 1, seen: names })
    const portField = field(item, 'port')
    const port = parsePortNumber(portField)
    if (isAbsent(portField)) report(portField, { message: 'Required value', hint: 'write port: 80' })
    if (port === undefined) return []
    const nodePort = readNodePort(field(item, 'nodePort'), type)
    return {
      port,
      protocol: oneOf(field(item, 'protocol'), protocols) ?? 'TCP',
      targetPort: readTargetPort(field(item, 'targetPort')) ?? port,
      ...(name === undefined ? {} : { name }),
      ...(nodePort === undefined ? {} : { nodePort }),
    }
  })
}

function refuseName(
  of: Field,
  { name, several, seen }: { name: string | undefined; several: boolean; seen: Set<string> },
): void {
  if (name === undefined) {
    if (several) report(of, { message: 'Required value: each of several ports needs a name', hint: 'write name: http' })
    return
  }
  const fault = labelNameFault(name)
  if (fault !== undefined) report(of, { message: invalidValue(name, fault) })
  if (seen.has(name)) report(of, { message: `Duplicate value: ${JSON.stringify(name)}` })
  seen.add(name)
}

function readTargetPort(of: Field): number | string | undefined {
  return of.value === 0 || of.value === '' ? undefined : parsePortOrName(of)
}

function readNodePort(of: Field, type: Service['type']): number | undefined {
  const nodePort = of.value === 0 ? undefined : parsePortNumber(of)
  if (nodePort === undefined || type === 'NodePort' || type === 'LoadBalancer') return nodePort
  const message = `Forbidden: may not be used when \`type\` is '${type}'`
  report(of, { message, hint: 'write type: NodePort, or remove nodePort' })
  return undefined
}
