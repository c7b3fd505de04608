import { expect, it } from 'vitest'
import { readExternal } from '../../lab/externals.ts'

it.each([
  ['1.2.3.4', { address: '1.2.3.4' }],
  ['1.2.3.4:443', { address: '1.2.3.4', port: 443 }],
  ['2001:DB8::1', { address: '2001:db8::1' }],
  ['[2001:db8::1]:53', { address: '2001:db8::1', port: 53 }],
  ['Example.com', { name: 'example.com' }],
  ['example.com:8443', { name: 'example.com', port: 8443 }],
  ['example.com=1.2.3.4:443', { name: 'example.com', address: '1.2.3.4', port: 443 }],
  ['example.com=2001:db8::1', { name: 'example.com', address: '2001:db8::1' }],
])('reads the stand-in %s', (text, external) => {
  expect(readExternal(text)).toEqual(external)
})

it.each([
  '',
  'localhost',
  '1.2.3',
  '1.2.3.4:0',
  '1.2.3.4:65536',
  '999.1.1.1',
  '=1.2.3.4',
  'a.b=c.d',
  '[1.2.3.4',
  'a.b=1.2.3.4=5',
])('refuses %j as a stand-in', (text) => {
  expect(readExternal(text)).toBeUndefined()
})
