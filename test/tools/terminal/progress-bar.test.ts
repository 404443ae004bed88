import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgressBar } from '../../../src/tools/terminal/progress-bar.ts'

function output(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, written, write: (text: string) => written.push(text) }
}

test('a terminal gets a bar in one line, redrawn now and then, wiped at the end', () => {
  const terminal = output(true)
  let nowMs = 0
  const bar = createProgressBar(terminal, 'records', () => nowMs)
  bar.update('pass 1', 0, 2_000)
  bar.update('pass 1', 10, 2_000)
  nowMs = 150
  bar.update('pass 1', 1_000, 2_000)
  bar.update('pass 1', 2_000, 2_000)
  bar.end()
  bar.end()
  const lines = terminal.written.map((text) => text.replace('\r\x1b[K', ''))
  assert.deepEqual(lines, [
    'pass 1 [------------------------]   0 %  0 of 2,000 records',
    'pass 1 [############------------]  50 %  1,000 of 2,000 records',
    'pass 1 [########################] 100 %  2,000 of 2,000 records',
    '',
  ])
})

test('a file or a pipe gets nothing', () => {
  const pipe = output(false)
  const bar = createProgressBar(pipe, 'records')
  bar.update('pass 1', 1, 2)
  bar.end()
  assert.deepEqual(pipe.written, [])
})
