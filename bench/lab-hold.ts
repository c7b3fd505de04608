import { ingress, labOf, pods } from './lab-worlds.ts'

/** A program that opens a lab, changes it in an endless loop, and waits until it is killed. */
const lab = await labOf(pods(20), process.argv[2])
const { signal } = new AbortController()
for (let i = 0; ; i++) await lab.apply({ kind: 'apply', objects: [ingress(`p${String(i % 5)}`, {})] }, signal)
