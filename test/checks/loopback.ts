import type { Check, CheckInput } from '../../checks/check.ts'
import { checkSchema } from '../../checks/check.ts'
import type { Outcome } from '../../checks/outcome.ts'
import { processVantage } from '../../checks/process-vantage.ts'
import { type RunOptions, runCheck } from '../../checks/run.ts'
import type { ResolvConf, Vantage } from '../../checks/vantage.ts'

export interface LoopbackOptions extends Partial<ResolvConf> {
  /** Real ports of the name servers, which cannot listen on 53 without rights: address → ports. */
  readonly ports?: Readonly<Record<string, { readonly udp: number; readonly tcp?: number }>>
  readonly hosts?: Readonly<Record<string, readonly string[]>>
}

/** The process's own network, with its own resolv.conf and hosts, and port 53 led to the test's name servers. */
export function loopback({
  nameservers = [],
  search = [],
  ndots = 1,
  ports = {},
  hosts = {},
}: LoopbackOptions = {}): Vantage {
  const own = processVantage({ resolvConf: '/nonexistent/resolv.conf', hosts: '/nonexistent/hosts' })
  return {
    connect: (target) => own.connect(led(target, ports, 'tcp')),
    datagram: (target) => own.datagram(led(target, ports, 'udp')),
    resolvConf: () => ({ nameservers, search, ndots }),
    hosts: () => new Map(Object.entries(hosts)),
  }
}

export function check(input: CheckInput): Check {
  return checkSchema.parse(input)
}

/** Runs one check on the vantage, by default without limits, and gives its outcome. */
export async function outcomeOf(
  input: CheckInput,
  vantage: Vantage = loopback(),
  options: Partial<RunOptions> = {},
): Promise<Outcome> {
  const observation = await runCheck(check(input), vantage, { signal: new AbortController().signal, ...options })
  return observation.outcome
}

function led(
  target: { readonly address: string; readonly port: number },
  ports: NonNullable<LoopbackOptions['ports']>,
  protocol: 'tcp' | 'udp',
): { readonly address: string; readonly port: number } {
  const real = target.port === 53 ? ports[target.address]?.[protocol] : undefined
  return real === undefined ? target : { address: '127.0.0.1', port: real }
}
