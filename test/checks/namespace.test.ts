import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { CheckInput } from '../../checks/check.ts'
import type { Outcome } from '../../checks/outcome.ts'

const setUp = `
ip link set lo up
ip address add 10.9.0.1/24 dev lo
ip address add fd09::1/64 dev lo nodad
ip link add link0 type veth peer name link1
ip link set link1 up
ip link set link0 up
ip address add 10.8.0.1/24 dev link0
ip route add prohibit 10.7.0.0/24
ip route add blackhole 10.7.1.0/24
ip route add unreachable 10.7.2.0/24
nft -f - <<'RULES'
table inet path {
  chain input {
    type filter hook input priority 0;
    tcp dport 1001 drop
    tcp dport 1002 meta nfproto ipv4 reject with icmp admin-prohibited
    tcp dport 1002 meta nfproto ipv6 reject with icmpv6 admin-prohibited
    tcp dport 1003 reject with icmp net-prohibited
    tcp dport 1004 reject with tcp reset
    tcp dport 1005 reject with icmpx port-unreachable
    udp dport 1001 drop
    udp dport 1002 meta nfproto ipv4 reject with icmp admin-prohibited
    udp dport 1002 meta nfproto ipv6 reject with icmpv6 admin-prohibited
    udp dport 1003 reject with icmp net-prohibited
  }
  chain output {
    type filter hook output priority 0;
    udp dport 1006 drop
  }
}
RULES
exec "$0" "$1" "$2"
`

const script = fileURLToPath(new URL('in-namespace.ts', import.meta.url))
const tools = spawnSync('unshare', ['-Urn', 'sh', '-c', 'ip link set lo up && nft list ruleset'])
const missing = tools.status === 0 ? undefined : 'needs user namespaces, ip and nft'

/** Runs the checks at once in a fresh network namespace with the rules above. */
async function outcomes(checks: readonly CheckInput[]): Promise<ReadonlyMap<string, Outcome>> {
  const command = ['-Urn', 'sh', '-ec', setUp, process.execPath, script, JSON.stringify(checks)]
  const { stdout } = await promisify(execFile)('unshare', command)
  return new Map((JSON.parse(stdout) as (Outcome & { id: string })[]).map((outcome) => [outcome.id, outcome]))
}

test.skipIf(missing !== undefined)(
  `kernel errors of real rejections have their reasons${missing === undefined ? '' : ` (${missing})`}`,
  async () => {
    const rows = [
      ['tcp', '10.9.0.1', 80, 'connected'],
      ['tcp', '10.9.0.1', 81, 'connect_refused'],
      ['tcp', '10.9.0.1', 1001, 'connect_timeout'],
      ['tcp', '10.9.0.1', 1002, 'connect_rejected'],
      ['tcp', 'fd09::1', 1002, 'connect_rejected'],
      ['tcp', '10.9.0.1', 1003, 'connect_rejected'],
      ['tcp', '10.9.0.1', 1004, 'connect_refused'],
      ['tcp', '10.9.0.1', 1005, 'connect_refused'],
      ['tcp', '10.8.0.2', 80, 'host_absent'],
      ['tcp', '10.6.0.1', 80, 'no_route'],
      ['tcp', '10.7.0.1', 80, 'no_route'],
      ['tcp', '10.7.1.1', 80, 'no_route'],
      ['tcp', '10.7.2.1', 80, 'no_route'],
      ['tcp', 'fd08::1', 80, 'no_route'],
      ['udp', '10.9.0.1', 1001, 'udp_silent'],
      ['udp', '10.9.0.1', 1002, 'udp_rejected'],
      ['udp', 'fd09::1', 1002, 'udp_rejected'],
      ['udp', '10.9.0.1', 1003, 'udp_rejected'],
      ['udp', '10.9.0.1', 1006, 'udp_rejected'],
      ['udp', '10.6.0.1', 9, 'no_route'],
      ['udp', '10.8.0.2', 9, 'udp_silent'],
      ['udp', '10.9.0.1', 1007, 'udp_rejected'],
    ] as const
    const name = (row: (typeof rows)[number]): string => row.slice(0, 3).join(' ')
    const seen = await outcomes(
      rows.map((row) => ({ kind: row[0], id: name(row), host: row[1], port: row[2], deadlineMs: 5000 })),
    )
    const found = rows.map((row) => [name(row), seen.get(name(row))?.reason])
    expect(found).toEqual(rows.map((row) => [name(row), row[3]]))
    expect(seen.get('tcp 10.8.0.2 80')?.localAddress).toBe('10.8.0.1')
    expect(seen.get('udp 10.8.0.2 9')?.localAddress).toBe('10.8.0.1')
  },
)
