import type { TerminalOutput } from '../../../src/tools/terminal/status-line.ts'

/** Keeps what is written to it. */
export function terminalOutput(given: { isTTY?: boolean; columns?: number }) {
  const written: string[] = []
  const output = { ...given, written, write: (text: string) => written.push(text) }
  return output satisfies TerminalOutput
}

/** Without what moves the cursor and wipes the line. */
export const stripped = (text: string) => text.replace('\r\x1b[K', '')
