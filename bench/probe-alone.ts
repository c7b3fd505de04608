import { memory } from './probe-memory.ts'
import { race } from './probe-race.ts'

/** A program for a network namespace of its own: measures the bundle that it is given, and prints the figures. */
const bundle = process.argv[2]
if (bundle === undefined) throw new Error('name the bundle of the probe')
console.log(JSON.stringify([...(await race(bundle)), ...(await memory(bundle))]))
