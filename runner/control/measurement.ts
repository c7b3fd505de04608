import type { ObservedConnections } from '../observe/observe.ts'
import type { Controls } from './controls.ts'

/** The observations of a measurement, with their controls. */
export interface Measurement {
  readonly observedConnections: ObservedConnections
  readonly controls: Controls
}
