import type { TerminalOutput } from '../terminal/status-line.ts'
import type { TailArguments } from './options.ts'

/**
 * Tells a person that the command goes on, and how to stop it. Writes nothing if it does not, or if the output is no
 * terminal: a file or a log gets problems only.
 */
export function tellFollowing(output: TerminalOutput, topic: string, given: TailArguments): void {
  if (!output.isTTY || given.exitAtEnd) return
  const isFromEnd = given.from === 'end' && given.fromMs === undefined && given.offset === undefined
  const waits = isFromEnd ? ', from its end (--from beginning prints the earlier records too)' : ''
  output.write(`following topic ${topic}${waits}; Ctrl-C stops\n`)
}
