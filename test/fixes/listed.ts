import type { Pod, World } from '../../fabric/world.ts'
import type { Labels } from '../../policy/types.ts'
import type { End, Opened } from './opened.ts'

/** Whether one of the lines of a fix says that a connection opens. */
export function isListed({ from, to, port, protocol }: Opened, lines: readonly string[], world: World): boolean {
  return lines.some((line) => {
    const [, source = '', target = '', ports = ''] = /^(.+) -> (.+?):((?:every port|\d).*)$/.exec(line) ?? []
    return hasPort(ports, port, protocol) && isNamed(from, source, world) && isNamed(to, target, world)
  })
}

function hasPort(text: string, port: number, protocol: string): boolean {
  const [, but] = /^every port(?: but (.*))?$/.exec(text) ?? []
  if (text === 'every port') return true
  if (but !== undefined) return !hasPort(but, port, protocol)
  return text.split(' ').some((part) => {
    const [numbers = '', own] = part.split('/')
    const ranges = numbers.split(',').map((range) => range.split('-').map(Number))
    return own === protocol && ranges.some(([first = 0, last = first]) => first <= port && port <= last)
  })
}

function isNamed({ pod, exists }: End, text: string, { pods }: World): boolean {
  if (pod === undefined) return text === 'outside the cluster' || text.startsWith('addresses of ')
  if (exists && text === `${pod.namespace}/${(pod as Pod).workload.name}`) return true
  // A pod that need not exist may have the very labels of one that does, which then stands for it.
  const isAlike = (own: Pod) => own.namespace === pod.namespace && isEqual(own.labels, pod.labels)
  if (pods.some((own) => text === `${own.namespace}/${own.workload.name}` && isAlike(own))) return true
  const [, labels, namespace] = /^any pod(?: labelled (.*?))? of (.*)$/.exec(text) ?? []
  if (namespace === undefined) return false
  const has = (labels ?? '')
    .split(', ')
    .every((each) => each === '' || pod.labels[each.split('=')[0]!] === each.split('=')[1])
  return (
    has &&
    (namespace === `namespace ${pod.namespace}` || /^(any other namespace|a namespace labelled )/.test(namespace))
  )
}

function isEqual(a: Labels, b: Labels): boolean {
  const [one, other] = [Object.entries(a), Object.entries(b)]
  return one.length === other.length && one.every(([key, value]) => b[key] === value)
}
