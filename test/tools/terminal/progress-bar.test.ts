import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgressBar } from '../../../src/tools/terminal/progress-bar.ts'
import { stripped, terminalOutput } from './terminal-output.ts'

test('a terminal gets a bar in one line with rate and time left, redrawn now and then, wiped at the end', () => {
  const terminal = terminalOutput({ isTTY: true, columns: 120 })
  let nowMs = 0
  const bar = createProgressBar(terminal, 'records', { nowMs: () => nowMs })
  bar.update('pass 1', 0, 2_000)
  bar.update('pass 1', 10, 2_000)
  nowMs = 2_000
  bar.update('pass 1', 500, 2_000)
  nowMs = 4_000
  bar.update('pass 1', 2_000, 2_000)
  bar.end()
  bar.end()
  assert.deepEqual(terminal.written.map(stripped), [
    'pass 1 [------------------------]   0 %  0 of 2,000 records',
    'pass 1 [######------------------]  25 %  500 of 2,000 records  250/s  0:06 left',
    'pass 1 [########################] 100 %  2,000 of 2,000 records  500/s',
    '',
  ])
})

test('the line fits the terminal: the bar gives way first, then what stands last', () => {
  const shown = (columns: number) => {
    const terminal = terminalOutput({ isTTY: true, columns })
    const bar = createProgressBar(terminal, 'records')
    bar.update('journal', 1_234_567, 2_469_134, [
      '1,234,567 stored, 3 rejected',
      '12,345/s',
      '2:05 left',
      '3 of 12 files',
    ])
    return stripped(terminal.written.join(''))
  }
  assert.deepEqual([120, 100, 80, 60, 30].map(shown), [
    'journal [############------------]  50 %  1,234,567 stored, 3 rejected  12,345/s  2:05 left  3 of 12 files',
    'journal [########---------]  50 %  1,234,567 stored, 3 rejected  12,345/s  2:05 left  3 of 12 files',
    'journal [#####-----]  50 %  1,234,567 stored, 3 rejected  12,345/s  2:05 left',
    'journal [#####-----]  50 %  1,234,567 stored, 3 rejected',
    'journal [#####-----]  50 %',
  ])
  for (let columns = 20; columns <= 140; columns++)
    assert.ok(shown(columns).length < columns, `${columns}: ${shown(columns)}`)
})

test('a rate that nobody can tell is not told, and no time left without one', () => {
  const terminal = terminalOutput({ isTTY: true, columns: 120 })
  let nowMs = 0
  const bar = createProgressBar(terminal, 'records', { nowMs: () => nowMs })
  bar.update('pass 1', 500, 2_000)
  for (nowMs = 1_000; nowMs <= 60_000; nowMs += 1_000) bar.update('pass 1', 500, 2_000)
  assert.match(terminal.written.map(stripped).at(-1) ?? '', /500 of 2,000 records {2}0\/s$/)
})

test('a file or a pipe gets nothing, or a plain line now and then', () => {
  const pipe = terminalOutput({})
  const bar = createProgressBar(pipe, 'records')
  bar.update('pass 1', 1, 2)
  bar.end()
  assert.deepEqual(pipe.written, [])

  let nowMs = 0
  const plain = createProgressBar(pipe, 'records', { nowMs: () => nowMs, plainEveryMs: 30_000 })
  for (; nowMs <= 70_000; nowMs += 10_000) plain.update('pass 1', nowMs, 70_000)
  plain.end()
  assert.deepEqual(pipe.written, [
    'pass 1  42 %  30,000 of 70,000 records  1,000/s  0:40 left\n',
    'pass 1  85 %  60,000 of 70,000 records  1,000/s  0:10 left\n',
  ])
})
