import koffi from 'koffi'

/** The functions of libnftables(3) that the lab calls. `context` is a struct nft_ctx. */
interface Nftables {
  open(flags: number): unknown
  setOutputFlags(context: unknown, flags: number): void
  keepOutput(context: unknown): number
  keepErrors(context: unknown): number
  run(context: unknown, commands: string): number
  output(context: unknown): string | null
  errors(context: unknown): string | null
}

/** Loads the library of this name; undefined if this machine does not have it. */
export function loadNftables(soname: string): Nftables | undefined {
  try {
    const library = koffi.load(soname)
    return {
      open: library.func('void *nft_ctx_new(uint32_t flags)'),
      setOutputFlags: library.func('void nft_ctx_output_set_flags(void *context, unsigned int flags)'),
      keepOutput: library.func('int nft_ctx_buffer_output(void *context)'),
      keepErrors: library.func('int nft_ctx_buffer_error(void *context)'),
      run: library.func('int nft_run_cmd_from_buffer(void *context, str commands)'),
      output: library.func('str nft_ctx_get_output_buffer(void *context)'),
      errors: library.func('str nft_ctx_get_error_buffer(void *context)'),
    }
  } catch {
    return undefined
  }
}

/**
 * Runs commands in the context's network namespace. The thread must be in that namespace. Blocks for some milliseconds.
 */
export type NftContext = (commands: string) => {
  readonly failed: boolean
  /** The JSON output of list commands. */
  readonly output: string
  readonly complaint: string
}

const NFT_CTX_OUTPUT_JSON = 1 << 4

/** A context of the thread's current network namespace. It lives as long as the process. */
export function openContext(library: Nftables): NftContext {
  const context = library.open(0)
  library.setOutputFlags(context, NFT_CTX_OUTPUT_JSON)
  library.keepOutput(context)
  library.keepErrors(context)
  const runOnce: NftContext = (commands) => ({
    failed: library.run(context, commands) !== 0,
    output: library.output(context) ?? '',
    complaint: library.errors(context) ?? '',
  })
  return (commands) => {
    let answer = runOnce(commands)
    for (let left = 20; answer.failed && interrupted.test(answer.complaint) && left > 0; left--)
      answer = runOnce(commands)
    return answer
  }
}

/**
 * A signal (from a profiler, or from a child that exited) arrived while the kernel checked the rules. The kernel
 * applied no part of the transaction.
 */
const interrupted = /Interrupted system call/
