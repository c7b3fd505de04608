// A warning of Node (a deprecation, a leak of listeners, a promise rejected and handled late) fails the run: it is thrown where vitest
// counts it as an unhandled error. Once per thread, whatever the number of test files.
const installed = Symbol.for('crosscheck.no-warnings')
if (!Reflect.has(globalThis, installed)) {
  Reflect.set(globalThis, installed, true)
  process.on('warning', (warning) => {
    throw warning
  })
}
