/** Modules that are loaded after the control port is open. */
export { processVantage } from '../checks/process-vantage.ts'
export { readOptions, usage } from './options.ts'
export { startService } from './service.ts'
