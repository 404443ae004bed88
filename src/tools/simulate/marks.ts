import { readFile } from 'node:fs/promises'
import { plainMessage } from '../../system-problem.ts'
import { InputError } from '../terminal/input-errors.ts'

/** Something that happened during a run, such as a broker that was killed. Times in milliseconds since 1970. */
export interface Mark {
  readonly fromMs: number
  readonly toMs: number
  readonly text: string
}

const MAX_MARKS = 1_000

/**
 * The marks in a file of NDJSON, a line each: `{"at":"2026-03-01T06:00:10Z","until":"2026-03-01T06:00:15Z","text":"broker
 * 1 frozen"}`. `until` may be missing. Other lines are left out, because by now the run is over. Rejects with `InputError`
 * when the file cannot be read.
 */
export async function readMarks(path: string): Promise<Mark[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new InputError(`--marks: ${plainMessage(error)}`)
  })
  const marks = text.split('\n').map(markOf)
  return marks.filter((mark) => mark !== undefined).slice(0, MAX_MARKS)
}

function markOf(line: string): Mark | undefined {
  try {
    const { at, until = at, text } = JSON.parse(line)
    const [fromMs, toMs] = [Date.parse(at), Date.parse(until)]
    return toMs >= fromMs && typeof text === 'string' ? { fromMs, toMs, text } : undefined
  } catch {
    return undefined
  }
}
