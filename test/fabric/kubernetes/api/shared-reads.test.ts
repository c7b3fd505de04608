import { expect, test } from 'vitest'
import type { ApiRequest, Client } from '../../../../fabric/kubernetes/api/client.ts'
import { shareReads } from '../../../../fabric/kubernetes/api/shared-reads.ts'

/** A client that answers when the test says so, with the number of the request. */
function slow() {
  const asked: string[] = []
  const answers: (() => void)[] = []
  const answered = async <T>(what: string, make: (at: number) => T): Promise<T> => {
    const at = asked.push(what)
    await new Promise<void>((resolve) => answers.push(resolve))
    return make(at)
  }
  const client = {
    send: ({ method, path }: ApiRequest) => answered(`${method} ${path}`, (at) => ({ at })),
    fetch: (path: string) => answered(`bytes ${path}`, (at) => Buffer.from([at])),
  } as unknown as Client
  return { client: shareReads(client), asked, answer: () => answers.forEach((resolve) => void resolve()) }
}

const { signal } = new AbortController()

test('reads of one path that are asked for at once are one request, and later ones another', async () => {
  const { client, asked, answer } = slow()
  const both = [client.send({ method: 'GET', path: '/a' }, signal), client.send({ method: 'GET', path: '/a' }, signal)]
  answer()
  expect(await Promise.all(both)).toEqual([{ at: 1 }, { at: 1 }])
  const later = client.send({ method: 'GET', path: '/a' }, signal)
  answer()
  expect(await later).toEqual({ at: 2 })
  expect(asked).toEqual(['GET /a', 'GET /a'])
})

test('who gives up does not take the answer away from others', async () => {
  const { client, asked } = slow()
  void client.send({ method: 'GET', path: '/a' }, signal)
  void client.send({ method: 'GET', path: '/a' }, new AbortController().signal)
  expect(asked).toHaveLength(2)
})

test('what changes something is never shared', () => {
  const { client, asked } = slow()
  for (const method of ['POST', 'PATCH', 'DELETE', 'POST', 'PATCH', 'DELETE'] as const)
    void client.send({ method, path: '/a' }, signal)
  expect(asked).toHaveLength(6)
})

test('everybody may use his bytes again', async () => {
  const { client, asked, answer } = slow()
  const both = Promise.all([client.fetch('/list', signal), client.fetch('/list', signal)])
  answer()
  const [one, other] = await both
  one.fill(0)
  expect([...other]).toEqual([1])
  void client.fetch('/list', signal, { room: one })
  void client.fetch('/list', signal, { room: other })
  expect(asked).toHaveLength(3)
})
