import { expect, test } from 'vitest'
import { schemas } from '../../../../runner/cli/commands/schema.ts'
import { crosscheck } from '../crosscheck.ts'

test.each(Object.keys(schemas))('schema %s prints a JSON Schema of draft 7', async (name) => {
  const { code, stdout, stderr } = await crosscheck(['schema', name])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: expect.stringMatching(/^Crosscheck /),
    type: 'object',
  })
})

test('the scenario is meant when nothing is named, and what does not exist is told', async () => {
  const [bare, named, wrong] = await Promise.all([
    crosscheck(['schema']),
    crosscheck(['schema', 'scenario']),
    crosscheck(['schema', 'scenaro']),
  ])
  expect(bare).toEqual(named)
  const names = Object.keys(schemas).join(', ')
  expect(wrong).toEqual({
    code: 2,
    stdout: '',
    stderr: `crosscheck: error: there is no schema "scenaro": expected ${names}\n  hint: did you mean scenario?\n`,
  })
})
