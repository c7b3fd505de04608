import { expect, test } from 'vitest'
import type { Cell } from '../../../runner/matrix/cell.ts'
import { disagrees } from '../../../runner/matrix/predict.ts'

const cell = (predicted: Cell['predicted'], observed: Cell['observed'], reason?: Cell['reason']): Cell => ({
  ...{ from: 'a/x', to: 'a/y', port: 80, protocol: 'TCP' },
  ...(predicted && { predicted }),
  ...(observed && { observed }),
  ...(reason && { reason }),
})

test('packets disagree with policies where they pass what is denied or stop what is allowed, and nowhere else', () => {
  expect(disagrees(cell('deny', 'open'))).toBe(true)
  expect(disagrees(cell('allow', 'blocked'))).toBe(true)
  expect(disagrees(cell('allow', 'open'))).toBe(false)
  expect(disagrees(cell('deny', 'unknown'))).toBe(false)
  expect(disagrees(cell('undefined', 'open'))).toBe(false)
  expect(disagrees(cell('deny', 'open', 'partly_open'))).toBe(false)
  expect(disagrees(cell(undefined, 'open'))).toBe(false)
})
