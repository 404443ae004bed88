import type { LogRecord } from '../../kafka/read-topic.ts'
import { visibleLines, visibleText } from '../terminal/visible-text.ts'
import { timestampText } from './timestamp-text.ts'

/**
 * A record for people, followed by an empty line. Headers and the value are indented and their control characters
 * escaped, so whatever the record holds, only tail itself can begin a line at the margin.
 */
export function recordText({ partition, offset, timestampMs, key, headers, value }: LogRecord): string {
  const keyText = key === null ? 'no key' : `key ${visibleText(key.toString())}`
  const time = timestampText(timestampMs) ?? 'no time'
  const lines = [`partition ${partition} offset ${offset} ${time} ${keyText}${value === null ? ' no value' : ''}`]
  for (const [name, held] of Object.entries(headers))
    for (const header of [held].flat())
      lines.push(`  ${visibleText(name)}:${header === null ? '' : ` ${visibleText(String(header))}`}`)
  if (value !== null)
    lines.push(
      ...visibleLines(value.toString())
        .split('\n')
        .map((line) => `    ${line}`),
    )
  return `${lines.join('\n')}\n\n`
}
