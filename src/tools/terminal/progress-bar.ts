import { count } from './count.ts'
import { RecentRate } from './recent-rate.ts'
import { createStatusLine, lineLength, type StatusLineOptions, type TerminalOutput } from './status-line.ts'
import { timeLeft } from './time-text.ts'

const MOST_WIDTH = 24
const LEAST_WIDTH = 10

/** A progress bar in one line. */
export interface ProgressBar {
  /**
   * `notes` stand after the bar, the important ones first. Default: the count, its rate and the time left. If the total
   * is unknown, there is no bar.
   */
  update(label: string, done: number, total: number | undefined, notes?: readonly string[]): void
  /** Wipes the line. */
  end(): void
}

/**
 * A status line with a bar that counts `unit`. If the terminal is too narrow, the bar shrinks first, then the last
 * notes are dropped.
 */
export function createProgressBar(output: TerminalOutput, unit: string, options: StatusLineOptions = {}): ProgressBar {
  const { nowMs = () => performance.now() } = options
  const line = createStatusLine(output, options)
  const rate = new RecentRate()
  const usualNotes = (done: number, total: number | undefined): string[] => {
    const perSecond = rate.perSecond()
    const notes = [`${count(done)}${total === undefined ? '' : ` of ${count(total)}`} ${unit}`]
    if (perSecond !== undefined) notes.push(`${count(Math.round(perSecond))}/s`)
    const left = total === undefined ? undefined : timeLeft(total - done, perSecond)
    return left === undefined ? notes : [...notes, left]
  }
  return {
    update(label, done, total, notes) {
      rate.add(nowMs(), done)
      const shown = notes ?? usualNotes(done, total)
      if (total === undefined) return line.update([label, ...shown].join('  '))
      const parts = { label, share: total === 0 ? 1 : done / total, notes: shown }
      line.update(output.isTTY ? fitted(parts, lineLength(output)) : plain(parts), done >= total)
    },
    end: () => line.end(),
  }
}

interface BarParts {
  readonly label: string
  /** From 0 to 1. */
  readonly share: number
  readonly notes: readonly string[]
}

function fitted({ label, share, notes }: BarParts, maxLength: number): string {
  for (let kept = notes.length; ; kept--) {
    const rest = plain({ label: '', share, notes: notes.slice(0, kept) })
    const room = maxLength - rest.length - (label === '' ? 0 : label.length + 1) - '[] '.length
    if (room < LEAST_WIDTH && kept > 0) continue
    // The bar stays narrow when a note was dropped: a bar that jumps is hard to read.
    const width = kept < notes.length ? LEAST_WIDTH : Math.min(Math.max(room, LEAST_WIDTH), MOST_WIDTH)
    const filled = Math.floor(share * width)
    const bar = `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${rest}`
    return label === '' ? bar : `${label} ${bar}`
  }
}

function plain({ label, share, notes }: BarParts): string {
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %`
  return [label === '' ? percent : `${label} ${percent}`, ...notes].join('  ')
}
