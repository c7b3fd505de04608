import { openEarly } from './early.ts'

const args = process.argv.slice(2)
// No top-level await: the image ships a CommonJS bundle, which idles at 9 MiB less than the same code as a module.
if (args.includes('--help')) void help()
else void serve()

async function help(): Promise<void> {
  const { usage } = await import('./serve.ts')
  process.stdout.write(usage())
}

async function serve(): Promise<void> {
  const early = openEarly(args, process.env)
  // Everything else is loaded while the port is open already.
  const { serve } = await import('./serve.ts')
  await serve(args, process.env, early)
}
