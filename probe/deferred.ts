/** What is loaded while the control port is open already. */
export { processVantage } from '../checks/process-vantage.ts'
export { readOptions, usage } from './options.ts'
export { startService } from './service.ts'
