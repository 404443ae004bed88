import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../../src/tools/uploader/journal.ts'
import { PrefixHash } from '../../../src/tools/uploader/prefix-hash.ts'
import { createUploadScreen } from '../../../src/tools/uploader/upload-screen.ts'
import { stripped, terminalOutput } from '../terminal/terminal-output.ts'

const journal = (file: string, bytes: number | undefined): Journal => ({
  ...{ file, bytes, progress: null, progressFile: null, rejectedFile: `${file}.rejected.ndjson` },
  hash: new PrefixHash(),
  read: () => assert.fail('a screen reads nothing'),
  release: () => {},
})

/** A screen at a time of its own; `last()`: what stands on it. */
function screenOn(output: { isTTY?: boolean; columns?: number }) {
  const terminal = terminalOutput(output)
  const clock = { nowMs: 0 }
  const screen = createUploadScreen(terminal, () => clock.nowMs)
  const last = () => stripped(terminal.written.at(-1) ?? '')
  return { screen, clock, last, written: terminal.written }
}

test('the line fits 80 columns and has rate, time left and files; what earlier runs stored is counted, and no rate', () => {
  const { screen, clock, last } = screenOn({ isTTY: true, columns: 80 })
  screen.start([journal('a', 1_000_000), journal('b', 1_000_000)])
  screen.onProgress('a', { bytesDone: 500_000, stored: 5_000, rejected: 3, skipped: 0, doing: 'reading' })
  clock.nowMs = 10_000
  screen.onProgress('a', { bytesDone: 1_000_000, stored: 10_000, rejected: 3, skipped: 0, doing: 'ended' })
  screen.end()
  assert.equal(last(), '')
  clock.nowMs = 11_000
  screen.onProgress('b', { bytesDone: 0, stored: 0, rejected: 0, skipped: 0, doing: 'reading' })
  assert.match(last(), /^\[#+-+\] {2}50 % {2}10,000 stored, 3 rejected {2}455\/s {2}0:22 left {2}1 of 2 files$/)
  assert.ok(last().length < 80)
  screen.end()
})

test('a long wait for an answer is seen, and comes first', () => {
  const { screen, clock, last } = screenOn({ isTTY: true, columns: 80 })
  screen.start([journal('a', 1_000)])
  screen.onProgress('a', { bytesDone: 500, stored: 5, rejected: 0, skipped: 0, doing: 'waiting' })
  clock.nowMs = 40_500
  screen.onProgress('a', { bytesDone: 500, stored: 5, rejected: 0, skipped: 0, doing: 'waiting' })
  assert.match(last(), /50 % {2}waiting 40 s for an answer {2}5 stored, 0 rejected {2}0\/s$/)
  clock.nowMs = 41_000
  screen.onProgress('a', { bytesDone: 500, stored: 5, rejected: 0, skipped: 0, doing: 'reading' })
  assert.doesNotMatch(last(), /waiting/)
  screen.end()
})

test('a long time of asking what is in Kafka is seen, with what was skipped', () => {
  const { screen, clock, last } = screenOn({ isTTY: true, columns: 80 })
  screen.start([journal('a', 1_000)])
  const progress = { bytesDone: 500, stored: 0, rejected: 0, skipped: 40 }
  screen.onProgress('a', { ...progress, doing: 'waiting' })
  clock.nowMs = 40_000
  screen.onProgress('a', { ...progress, doing: 'asking' })
  clock.nowMs = 50_500
  screen.onProgress('a', { ...progress, doing: 'asking' })
  assert.match(last(), /50 % {2}asking for 10 s {2}0 stored, 0 rejected, 40 skipped/)
  assert.ok(last().length < 80)
  screen.end()
})

test('the line goes on by itself while nothing happens', async () => {
  const { screen, clock, written } = screenOn({ isTTY: true, columns: 80 })
  screen.start([journal('a', 1_000)])
  screen.onProgress('a', { bytesDone: 500, stored: 5, rejected: 0, skipped: 0, doing: 'waiting' })
  clock.nowMs = 7_000
  const deadline = performance.now() + 10_000
  while (!written.some((text) => text.includes('waiting 7 s')) && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20))
  screen.end()
  assert.ok(written.some((text) => text.includes('waiting 7 s')))
})

test('where there is no terminal, a plain line each half a minute; what stands in the way at once, without controls', () => {
  const { screen, clock, written } = screenOn({})
  screen.start([journal('a', 1_000)])
  for (; clock.nowMs <= 65_000; clock.nowMs += 5_000)
    screen.onProgress('a', {
      bytesDone: clock.nowMs / 100,
      stored: clock.nowMs,
      rejected: 0,
      skipped: 0,
      doing: 'reading',
    })
  screen.onTrouble('/x/a', 'answered 503: \x1b[2Jgone')
  screen.end()
  assert.deepEqual(written, [
    ' 30 %  30,000 stored, 0 rejected  1,000/s  1:10 left\n',
    ' 60 %  60,000 stored, 0 rejected  1,000/s  0:40 left\n',
    'a: answered 503: \\x1b[2Jgone; trying again\n',
  ])
})

test('a long comparison with what was sent before is seen, a short one is not', () => {
  const { screen, clock, last, written } = screenOn({ isTTY: true, columns: 80 })
  for (; clock.nowMs <= 900; clock.nowMs += 100) screen.onCheck('/x/a', clock.nowMs, 5_000)
  assert.deepEqual(written, [])
  clock.nowMs = 1_000
  screen.onCheck('/x/a', 2_500, 5_000)
  assert.match(last(), /^comparing a \[#+-+\] {2}50 % {2}2,500 of 5,000 bytes sent before$/)
  screen.end()
})

test('nobody knows how long standard input is: no share of it, no time left', () => {
  const { screen, clock, last } = screenOn({ isTTY: true, columns: 80 })
  screen.start([journal('-', undefined)])
  screen.onProgress('-', { bytesDone: 500, stored: 0, rejected: 0, skipped: 0, doing: 'reading' })
  clock.nowMs = 2_000
  screen.onProgress('-', { bytesDone: 900, stored: 100, rejected: 0, skipped: 0, doing: 'reading' })
  assert.equal(last(), 'standard input  100 stored, 0 rejected  50/s')
  screen.end()
})
