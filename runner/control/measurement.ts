import type { ObservedConnections } from '../observe/observe.ts'
import type { Controls } from './controls.ts'

/** What packets did, and what that can be held against. */
export interface Measurement {
  readonly observedConnections: ObservedConnections
  readonly controls: Controls
}
