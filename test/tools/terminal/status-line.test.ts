import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStatusLine } from '../../../src/tools/terminal/status-line.ts'

function output(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, written, write: (text: string) => written.push(text) }
}

test('a terminal gets one line that is written over now and then, and wiped at the end', () => {
  const terminal = output(true)
  let nowMs = 0
  const line = createStatusLine(terminal, () => nowMs)
  line.update('one')
  line.update('too soon')
  nowMs = 250
  line.update('two')
  line.end()
  line.end()
  assert.deepEqual(terminal.written, ['\r\x1b[Kone', '\r\x1b[Ktwo', '\r\x1b[K'])
})

test('a file or a pipe gets nothing', () => {
  const pipe = output(false)
  const line = createStatusLine(pipe)
  line.update('one')
  line.end()
  assert.deepEqual(pipe.written, [])
})
