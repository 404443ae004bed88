import { createStatusLine, type TerminalOutput } from './status-line.ts'

const BAR_WIDTH = 24

/** A progress bar in one line. */
export interface ProgressBar {
  update(label: string, done: number, total: number): void
  /** Wipes the line. */
  end(): void
}

/** A status line that is a bar, and counts `unit`. */
export function createProgressBar(output: TerminalOutput, unit: string, nowMs?: () => number): ProgressBar {
  const line = createStatusLine(output, nowMs)
  return {
    update: (label, done, total) => line.update(barText(label, done, total, unit), done >= total),
    end: () => line.end(),
  }
}

function barText(label: string, done: number, total: number, unit: string): string {
  const share = total === 0 ? 1 : done / total
  const filled = Math.floor(share * BAR_WIDTH)
  const bar = '#'.repeat(filled) + '-'.repeat(BAR_WIDTH - filled)
  const percent = String(Math.floor(share * 100)).padStart(3)
  return `${label} [${bar}] ${percent} %  ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${unit}`
}
