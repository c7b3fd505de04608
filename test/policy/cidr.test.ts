import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalAddress, contains, isStrictSubset, parseAddress, parseCidr } from '../../policy/cidr.ts'

describe('parseCidr', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8', []],
    ['192.168.242.213/24', '192.168.242.0/24', ['host bits set']],
    ['010.0.0.0/8', '10.0.0.0/8', ['leading zeros']],
    ['10.0.0.0/08', '10.0.0.0/8', ['leading zeros']],
    ['0.0.0.0/0', '0.0.0.0/0', []],
    ['2001:DB8::/32', '2001:db8::/32', []],
    ['2001:db8::1/64', '2001:db8::/64', ['host bits set']],
    ['::ffff:10.1.0.0/112', '10.1.0.0/16', ['an IPv4-mapped IPv6 address']],
  ])('rule 35: reads %s as %s', (text, canonical, tolerated) => {
    const parsed = parseCidr(text)
    expect(parsed?.cidr.text).toBe(canonical)
    expect(parsed?.tolerated).toEqual(tolerated)
  })
  it.each([
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0/16',
    '0x0a.0.0.0/8',
    '::/129',
    'fe80::1%eth0/64',
    'x/8',
    '10.0.0.0/-1',
    '',
  ])('refuses %s', (text) => expect(parseCidr(text)).toBeUndefined())
})

describe('contains', () => {
  it('looks at the network bits only', () => {
    expect(contains('10.1.0.0/16', '10.1.255.255')).toBe(true)
    expect(contains('10.1.0.0/16', '10.2.0.0')).toBe(false)
    expect(contains('10.1.0.128/25', '10.1.0.127')).toBe(false)
    expect(contains('fd00:10:244::/48', 'fd00:10:244:7::2')).toBe(true)
    expect(contains('fd00:10:244::/48', 'fd00:10:245::2')).toBe(false)
  })
  it('rule 34: another family is no match', () => {
    expect(contains('0.0.0.0/0', '::1')).toBe(false)
    expect(contains('::/0', '10.0.0.1')).toBe(false)
  })
  it('is no match for text that is no address', () => {
    expect(contains('0.0.0.0/0', 'api.backend')).toBe(false)
    expect(contains('nonsense', '10.0.0.1')).toBe(false)
  })
  it('every address lies in each network made from it, and not in the network beside', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 32 }), (ip, bits) => {
        const { cidr } = parseCidr(`${ip}/${bits}`)!
        const flipped = cidr.bytes.with((bits - 1) >> 3, cidr.bytes[(bits - 1) >> 3]! ^ (0x80 >> ((bits - 1) & 7)))
        return contains(cidr, ip) && !contains(`${flipped.join('.')}/${bits}`, ip)
      }),
    )
  })
})

describe('addresses', () => {
  it('have one canonical text', () => {
    expect(canonicalAddress('FD00:0:0:0::1')).toBe('fd00::1')
    expect(canonicalAddress('2001:0db8::1')).toBe('2001:db8::1')
    expect(canonicalAddress('1:0::2')).toBe('1::2')
    expect(canonicalAddress('::ffff:10.0.0.1')).toBe('10.0.0.1')
    expect(canonicalAddress('10.0.0.01')).toBeUndefined()
    expect(canonicalAddress('10.1')).toBeUndefined()
  })
  it('of IPv6 are read alike however their zeros are written', () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 0xffff }))
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        fc.pre(groups.slice(0, 5).some((each) => each !== 0))
        const full = groups.map((each) => each.toString(16)).join(':')
        // As WHATWG's URLs write it, which is RFC 5952.
        const canonical = new URL(`http://[${full}]`).hostname.slice(1, -1)
        const bytes = groups.flatMap((each) => [each >> 8, each & 255])
        for (const text of [full, canonical]) expect(parseAddress(text)).toEqual({ family: 6, text: canonical, bytes })
      }),
      { numRuns: 2_000 },
    )
  })
  it.each(['1::2::3', '1:2:3:4:5:6:7::8:9', '1::2:', ':1::2', '1:::2', '1::g', '12345::1'])('are not %s', (text) =>
    expect(parseAddress(text)).toBeUndefined(),
  )
  it('with :: for one group of zeros are written with the zero', () => {
    expect(canonicalAddress('1:2:3::5:6:7:8')).toBe('1:2:3:0:5:6:7:8')
  })
  it('an except must be smaller than its cidr and inside it', () => {
    const outer = parseCidr('10.0.0.0/8')!.cidr
    expect(isStrictSubset(parseCidr('10.1.0.0/16')!.cidr, outer)).toBe(true)
    expect(isStrictSubset(outer, outer)).toBe(false)
    expect(isStrictSubset(parseCidr('11.0.0.0/16')!.cidr, outer)).toBe(false)
  })
})
