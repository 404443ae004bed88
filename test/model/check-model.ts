import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const MODEL = fileURLToPath(new URL('stage.pml', import.meta.url))
const DEADLINE_MS = 120_000
/** Far more steps than any run has: the checker says if they are too few. */
const MAX_DEPTH = 100_000
const MAX_MEMORY_MB = 1_000

export interface Checked {
  readonly errors: readonly string[]
  /** Steps that no run comes to, as `process: line`. */
  readonly unreached: readonly string[]
  readonly states: number
  readonly seconds: number
}

/** Goes through all states of the model, or up to the first error. Rejects if it could not go through all. */
export async function checkModel(folder: string, variant?: string): Promise<Checked> {
  const startMs = performance.now()
  const options = { cwd: folder, timeout: DEADLINE_MS, maxBuffer: 2 ** 24 }
  const run = async (command: string, ...args: string[]) => (await promisify(execFile)(command, args, options)).stdout
  await run('spin', ...(variant === undefined ? [] : [`-D${variant}`]), '-a', MODEL)
  await run('gcc', '-O2', '-DSAFETY', '-DCOLLAPSE', `-DMEMLIM=${MAX_MEMORY_MB}`, '-o', 'pan', 'pan.c')
  const said = await run('./pan', `-m${MAX_DEPTH}`)
  const states = /^ *(\d+) states, stored/m.exec(said)?.[1]
  const errorCount = /errors: (\d+)$/m.exec(said)?.[1]
  if (states === undefined || errorCount === undefined) throw new Error(`spin said: ${said}`)
  const errors = [...said.matchAll(/^pan:\d+: (.+)$/gm)].map(([, error = '']) => error)
  const isCut = /max search depth too small|out of memory|Search not completed/.test(said)
  if (isCut ? errors.length === 0 : Number(errorCount) !== 0) throw new Error(`spin said: ${said}`)
  return {
    errors,
    unreached: unreachedIn(said),
    states: Number(states),
    seconds: (performance.now() - startMs) / 1_000,
  }
}

function unreachedIn(said: string): string[] {
  const parts = [...said.matchAll(/^unreached in proctype (\w+)\n((?:\t.*\n)*)/gm)]
  return parts.flatMap(([, process, lines = '']) =>
    [...lines.matchAll(/:(\d+), state \d+, "(.+)"$/gm)]
      .filter(([, , step]) => step !== '-end-') // no process ends
      .map(([, line]) => `line ${line} of ${process} is never reached`),
  )
}
