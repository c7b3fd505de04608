import type { ScenarioPath } from '../scenario/model.ts'

/** The expectation of a path as text: `allowed`, `blocked`, `blocked (layer 7)`, `NXDOMAIN`, `status 200`. */
export function expectationText({ expect }: ScenarioPath): string {
  if (expect.kind === 'blocked') return expect.layer === 7 ? 'blocked (layer 7)' : 'blocked'
  if (expect.kind === 'dns') {
    const addresses = expect.addresses === undefined ? [] : [expect.addresses.join(', ') || 'no address']
    return [...(expect.rcode === undefined ? [] : [expect.rcode]), ...addresses].join(', ')
  }
  const { http, tls } = expect
  const parts = [
    ...(http?.status === undefined ? [] : [`status ${http.status.join(' or ')}`]),
    ...Object.entries(http?.headers ?? {}).map(([name, value]) => `header ${name}: ${value}`),
    ...(http?.body === undefined ? [] : [`body with "${http.body}"`]),
    ...(tls?.verified === true ? ['verified TLS'] : []),
    ...(tls?.serverName === undefined ? [] : [`server name ${tls.serverName}`]),
  ]
  return parts.length === 0 ? 'allowed' : parts.join(', ')
}
