import { contractObjects } from '../fabric/contract-objects.ts'
import { labOf } from './opening.ts'

/** A program that opens a lab, says so, and holds it until it is killed; ends with 4 and the reason where there can be none. */
try {
  await labOf(contractObjects, {}, process.argv[2]!)
  process.stdout.write('up\n')
  setInterval(() => undefined, 60_000)
} catch (error) {
  process.stdout.write(`${String(error)}\n`)
  process.exit(4)
}
