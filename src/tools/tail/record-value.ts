import { visibleLines } from '../terminal/visible-text.ts'

/** A record's value alone: its bytes, or for a terminal a text that cannot control it. */
export function recordValue(value: Buffer, isForTerminal: boolean): Buffer | string {
  return isForTerminal ? visibleLines(value.toString()) : value
}
