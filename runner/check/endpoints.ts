import { isIP } from 'node:net'
import { listeningPorts } from '../../fabric/listeners.ts'
import { missingNoun, missingText } from '../../fabric/lookup/missing.ts'
import { namespaceIn } from '../../fabric/lookup/namespace-of-host.ts'
import { podsOfWorkload } from '../../fabric/workloads.ts'
import type { World } from '../../fabric/world.ts'
import type { Place } from '../../policy/types.ts'
import { expandSource } from '../plan/sources.ts'
import type { SourceSpec, TargetSpec } from '../scenario/model.ts'
import { type Noun, parseNoun } from '../scenario/resource-names.ts'
import { parseSource } from '../scenario/sources.ts'
import { parseTarget } from '../scenario/target-text.ts'

const nowhere: Place = { file: 'command line', line: 1, column: 1 }

/** Parses a source in one word (`parseSource`) that exists in this world. Returns a sentence with the problem otherwise. */
export function readFrom(text: string, world: World): SourceSpec | string {
  const source = parseSource(text)
  if (typeof source === 'string') return source
  const noun = parseNoun(text)
  const absent = typeof noun === 'string' ? undefined : missing(noun, world)
  if (absent !== undefined) return absent
  const { sources, note } = expandSource({ ...source, name: text, place: nowhere }, world)
  return sources.length === 0 ? (note ?? `${text} has no pod`) : source
}

/** Parses a target in any form that a scenario allows. A Service or workload with only one port may omit it. */
export function readTo(text: string, world: World): TargetSpec | string {
  if (!text.includes('://') && /^[^:]+\/[^:]+$/.test(text)) {
    const noun = parseNoun(text)
    if (typeof noun === 'string') return noun
    if (noun.kind === 'node') return parseTarget(text)
    const absent = missing(noun, world)
    if (absent !== undefined) return absent
    const [only, ...more] = portsOf(noun, world)
    if (only === undefined) return `${text} has no port: write ${text}:PORT`
    if (more.length > 0)
      return `${text} has several ports: write one of ${[only, ...more].map((port) => `${text}:${port}`).join(', ')}`
    return parseTarget(`${text}:${only}`)
  }
  return parseTarget(text)
}

/** The namespaces in the text of an end: where to read if not everything is readable. */
export function spacesNamed(text: string): string[] {
  const bare = text.replace(/^[a-z]+:\/\//, '')
  if (bare !== text || !bare.includes('/')) {
    const [host = ''] = bare.split(/[/:]/)
    return isIP(host) === 0 ? [namespaceIn(host) ?? []].flat() : []
  }
  const noun = parseNoun(bare.replace(/:.*$/, ''))
  if (typeof noun === 'string' || noun.kind === 'node') return []
  return [noun.kind === 'namespace' ? noun.name : noun.namespace]
}

function portsOf(noun: Noun, world: World): string[] {
  const ports =
    noun.kind === 'service'
      ? world.services
          .filter(({ namespace, name }) => namespace === noun.namespace && name === noun.name)
          .flatMap((service) => service.ports)
      : podsOfWorkload(noun.namespace, `${noun.kind}/${noun.name}`, world).flatMap((pod) => listeningPorts(pod, world))
  return [
    ...new Set(
      ports
        .filter(({ protocol }) => protocol !== 'SCTP')
        .map(({ port, protocol }) => (protocol === 'TCP' ? `${port}` : `${port}/udp`)),
    ),
  ]
}

/** The problem with a name that no object has. */
function missing({ namespace, kind, name }: Noun, world: World): string | undefined {
  const absent = missingNoun({ namespace, kind, name }, world)
  return absent && missingText(absent)
}
