import { createStatusLine, type TerminalOutput } from '../src/tools/terminal/status-line.ts'

/**
 * Called at the beginning of everything that may take longer than a second, with what begins: `Starting Kafka`. The
 * same step with another `detail` (`12.3 MB`) says how far it is. The next step ends the one before.
 */
export type OnProgress = (step: string, detail?: string) => void

/** What a person sees of the steps. */
export interface ProgressLines {
  readonly onProgress: OnProgress
  /** Writes a line that stays, and ends the step: others may write, too. */
  say(line: string): void
  /** The last step is done. */
  end(): void
}

interface Step {
  readonly name: string
  readonly sinceMs: number
  detail: string | undefined
  writtenAtMs: number | undefined
}

const TICK_MS = 250
/** A shorter step leaves no line. */
const LONG_MS = 1_000
const PLAIN_EVERY_MS = 10_000

/**
 * On a terminal, one line that changes: the step, how far it is and how long it has taken. A step that took a second or
 * more leaves its line. On anything else, such a step gets a plain line after a second, and another every ten seconds.
 */
export function createProgressLines(output: TerminalOutput, nowMs = () => performance.now()): ProgressLines {
  const line = createStatusLine(output, { nowMs })
  let step: Step | undefined
  let timer: NodeJS.Timeout | undefined

  const draw = (isNew = false) => {
    if (step === undefined) return
    if (output.isTTY) return line.update(textOf(step, nowMs()), isNew)
    const { sinceMs, writtenAtMs } = step
    const dueMs = writtenAtMs === undefined ? sinceMs + LONG_MS : writtenAtMs + PLAIN_EVERY_MS
    if (nowMs() < dueMs) return
    step.writtenAtMs = nowMs()
    output.write(`${textOf(step, nowMs())}\n`)
  }
  const end = () => {
    clearInterval(timer)
    line.end()
    if (output.isTTY && step !== undefined && nowMs() - step.sinceMs >= LONG_MS)
      output.write(`${textOf(step, nowMs())}\n`)
    step = undefined
  }
  return {
    onProgress(name, detail) {
      if (step?.name === name) {
        step.detail = detail
        return draw()
      }
      end()
      step = { name, detail, sinceMs: nowMs(), writtenAtMs: undefined }
      timer = setInterval(draw, TICK_MS)
      draw(true)
    },
    say(text) {
      end()
      output.write(`${text}\n`)
    },
    end,
  }
}

function textOf({ name, detail, sinceMs }: Step, atMs: number): string {
  const seconds = Math.floor((atMs - sinceMs) / 1_000)
  return [`  ${name} ...`, detail, seconds > 0 ? `${seconds} s` : undefined]
    .filter((part) => part !== undefined)
    .join(' ')
}
