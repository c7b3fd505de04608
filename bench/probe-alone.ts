import { memory } from './probe-memory.ts'
import { race } from './probe-race.ts'

/** A program that runs in a separate network namespace. Measures the given bundle and prints the results. */
const bundle = process.argv[2]
if (bundle === undefined) throw new Error('name the bundle of the probe')
console.log(JSON.stringify([...(await race(bundle)), ...(await memory(bundle))]))
