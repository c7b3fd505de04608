import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Allowable, allowable, createTargetPolicy } from '../../probe/targets.ts'

const policy = (allowTargets: readonly Allowable[] = [], nameservers: readonly string[] = []) =>
  createTargetPolicy({
    allowTargets,
    nameservers: () => nameservers,
    apiserver: { address: '10.96.0.1', port: 443 },
  })

test.each([
  ['127.0.0.1', 'loopback'],
  ['127.200.3.4', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:7f00:1', 'loopback'],
  ['::127.0.0.1', 'loopback'],
  ['::ffff:0:127.0.0.1', 'loopback'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['64:ff9b::169.254.169.254', 'metadata'],
  ['64:ff9b:1::a9fe:a9fe', 'metadata'],
  ['64:ff9b:1:a9fe:a9:fe00::', 'metadata'],
  ['64:ff9b:1:a9:fe:a9fe::', 'metadata'],
  ['64:ff9b:1:0:a9:fea9:fe00:0', 'metadata'],
  ['2002:7f00:1::1', 'loopback'],
  ['2002:a9fe:a9fe::', 'metadata'],
  ['2001:0:1:2:3:4:5601:5601', 'metadata'],
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'unspecified'],
  ['::', 'unspecified'],
  ['::ffff:0.0.0.0', 'unspecified'],
  ['169.254.1.1', 'link-local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['169.254.169.254', 'metadata'],
  ['169.254.170.2', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['168.63.129.16', 'metadata'],
  ['fd00:ec2::254', 'metadata'],
  ['FD00:0EC2:0:0::0254', 'metadata'],
  ['fe80::a9fe:a9fe', 'metadata'],
  ['224.0.0.1', 'multicast'],
  ['239.255.255.255', 'multicast'],
  ['ff02::1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['localhost', 'unspecified'],
  ['2130706433', 'unspecified'],
  ['0x7f.1', 'unspecified'],
  ['0177.0.0.1', 'unspecified'],
])('%s is refused as %s', (address, refused) => {
  expect(policy()(address, 80, false)).toMatchObject({ refused })
})

test.each([
  ['10.244.0.3', 10_250, 'kubelet'],
  ['10.244.0.3', 10_255, 'kubelet'],
  ['fd00::3', 2379, 'etcd'],
  ['10.244.0.3', 2380, 'etcd'],
  ['172.18.0.2', 6443, 'apiserver'],
  ['10.96.0.1', 443, 'apiserver'],
  ['::ffff:10.96.0.1', 443, 'apiserver'],
])('%s port %d is refused as %s, and may be connected to when allowed, without a byte', (address, port, refused) => {
  expect(policy()(address, port, false)).toMatchObject({ refused })
  expect(policy([refused as Allowable])(address, port, false)).toBeUndefined()
  expect(policy([refused as Allowable])(address, port, true)).toMatchObject({
    refused,
    detail: expect.stringContaining('nothing is sent'),
  })
})

test.each([
  '10.244.0.3',
  '172.18.0.2',
  '192.168.1.1',
  '100.64.0.1',
  '240.0.0.1',
  '8.8.8.8',
  'fd00:10:244::3',
  '2001:db8::1',
  '64:ff9b::8.8.8.8',
  '64:ff9b:1::10.0.0.5',
])('%s may be dialled', (address) => {
  expect(policy()(address, 80, true)).toBeUndefined()
})

test('what is allowed by name is open to bytes, the rest stays refused', () => {
  expect(policy(['loopback'])('::ffff:127.0.0.1', 80, true)).toBeUndefined()
  expect(policy(['loopback'])('127.0.0.1', 10_250, false)).toMatchObject({ refused: 'kubelet' })
  expect(policy(['link-local'])('169.254.1.1', 80, true)).toBeUndefined()
  expect(policy(['link-local'])('169.254.169.254', 80, false)).toMatchObject({ refused: 'metadata' })
  expect(policy(['metadata'])('169.254.169.254', 80, false)).toBeUndefined()
  expect(policy(['metadata'])('169.254.169.254', 80, true)).toMatchObject({ refused: 'metadata' })
})

test('the own nameservers are allowed on port 53, and on no other', () => {
  const own = policy([], ['169.254.20.10', '169.254.169.254'])
  expect(own('169.254.20.10', 53, true)).toBeUndefined()
  expect(own('::ffff:169.254.20.10', 53, true)).toBeUndefined()
  expect(own('169.254.169.254', 53, true)).toBeUndefined()
  expect(own('169.254.20.10', 80, true)).toMatchObject({ refused: 'link-local' })
  expect(own('169.254.20.11', 53, true)).toMatchObject({ refused: 'link-local' })
})

test('nothing that can be allowed opens multicast, broadcast or the unspecified address', () => {
  for (const address of ['224.0.0.1', 'ff02::1', '255.255.255.255', '0.0.0.0', '::']) {
    expect(policy(allowable)(address, 80, false)).toBeDefined()
  }
})

test('every IPv4 address that is refused is refused in every IPv6 form that carries it', () => {
  const octet = fc.integer({ min: 0, max: 255 })
  const first = fc.oneof(fc.constantFrom(10, 127, 169, 224, 255), octet)
  const second = fc.oneof(fc.constantFrom(254, 255), octet)
  fc.assert(
    fc.property(first, second, octet, octet, (a, b, c, d) => {
      const address = `${a}.${b}.${c}.${d}`
      const refused = policy()(address, 80, false)?.refused
      // 0.x.y.z is nobody behind a translator; see targets.ts.
      fc.pre(refused !== undefined && refused !== 'unspecified')
      for (const prefix of ['::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::']) {
        expect(policy()(prefix + address, 80, false)).toMatchObject({ refused })
      }
    }),
  )
})
