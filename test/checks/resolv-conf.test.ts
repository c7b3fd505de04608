import { describe, expect, test } from 'vitest'
import { parseHosts, parseResolvConf } from '../../checks/resolv-conf.ts'

describe('resolv.conf', () => {
  test('a pod reads its server, search list and ndots', () => {
    const text =
      'nameserver 10.96.0.10\nsearch app.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n'
    expect(parseResolvConf(text)).toEqual({
      nameservers: ['10.96.0.10'],
      search: ['app.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
      ndots: 5,
    })
  })

  test('an empty file means the local server, no search list and one dot', () => {
    expect(parseResolvConf('')).toEqual({ nameservers: ['127.0.0.1'], search: [], ndots: 1 })
  })

  test('the last of search and domain counts, comments and unknown lines do not', () => {
    const text =
      '; old\n# nameserver 1.1.1.1\nsearch a b\ndomain c d\nsortlist 1.2.3.4\nnameserver fd00::a\nnameserver nonsense'
    expect(parseResolvConf(text)).toEqual({ nameservers: ['fd00::a'], search: ['c'], ndots: 1 })
  })

  test('at most three servers and fifteen dots are taken, as by glibc', () => {
    const servers = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((server) => `nameserver ${server}`).join('\n')
    const conf = parseResolvConf(`${servers}\noptions timeout:1 ndots:99 rotate`)
    expect(conf.nameservers).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
    expect(conf.ndots).toBe(15)
  })
})

describe('hosts', () => {
  test('names are found in lower case without a final dot, with all their addresses', () => {
    const hosts = parseHosts(
      '127.0.0.1 localhost\n::1\tLocalhost ip6-loopback # here\n10.0.0.9 Db.example. db\nnot-an-address x\n',
    )
    expect(Object.fromEntries(hosts)).toEqual({
      localhost: ['127.0.0.1', '::1'],
      'ip6-loopback': ['::1'],
      'db.example': ['10.0.0.9'],
      db: ['10.0.0.9'],
    })
  })
})
