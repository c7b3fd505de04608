import { expect, test } from 'vitest'
import { type Arrival, createWitness } from '../../../probe/listener/witness.ts'

const seen: Arrival = { at: 1, from: '10.244.0.3', port: 80, protocol: 'tcp' }

test.each([
  'crosscheck nonce=abcdefgh',
  'GET /?nonce=abcdefgh HTTP/1.1',
  'X-Crosscheck-Nonce: abcdefgh\r\n',
  '{"nonce":"abcdefgh"}',
])('a nonce is read out of %s', (text) => {
  const witness = createWitness(10)
  witness.read(Buffer.from(text), seen)
  expect(witness.arrivals('abcdefgh')).toEqual([seen])
})

test('the oldest nonces are forgotten beyond the capacity', () => {
  const witness = createWitness(2)
  for (const nonce of ['nonce-001', 'nonce-002', 'nonce-003']) witness.read(Buffer.from(`nonce=${nonce}`), seen)
  expect(['nonce-001', 'nonce-002', 'nonce-003'].map((nonce) => witness.arrivals(nonce).length)).toEqual([0, 1, 1])
})

test('sightings of one nonce are bounded', () => {
  const witness = createWitness(2)
  for (let index = 0; index < 100; index++) witness.read(Buffer.from('nonce=same-nonce'), seen)
  expect(witness.arrivals('same-nonce')).toHaveLength(16)
})
