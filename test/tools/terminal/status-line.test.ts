import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createStatusLine } from '../../../src/tools/terminal/status-line.ts'
import { stripped, terminalOutput } from './terminal-output.ts'

function setColumns(t: TestContext, columns: string) {
  const before = process.env.COLUMNS
  process.env.COLUMNS = columns
  t.after(() => {
    if (before === undefined) delete process.env.COLUMNS
    else process.env.COLUMNS = before
  })
}

test('a terminal gets one line that is written over now and then, and wiped at the end', () => {
  const terminal = terminalOutput({ isTTY: true })
  let nowMs = 0
  const line = createStatusLine(terminal, { nowMs: () => nowMs })
  line.update('one')
  line.update('too soon')
  nowMs = 250
  line.update('two')
  line.end()
  line.end()
  assert.deepEqual(terminal.written, ['\r\x1b[Kone', '\r\x1b[Ktwo', '\r\x1b[K'])
})

test('a line never wraps: it is as long as the terminal is wide, or as COLUMNS says, at the most', (t) => {
  const shown = (columns?: number) => {
    const terminal = terminalOutput({ isTTY: true, ...(columns !== undefined && { columns }) })
    createStatusLine(terminal).update('x'.repeat(300))
    return stripped(terminal.written.join('')).length
  }
  setColumns(t, '')
  assert.deepEqual([shown(120), shown(), shown(0)], [119, 79, 79])
  for (const nonsense of ['0', '-5', 'wide']) {
    process.env.COLUMNS = nonsense
    assert.equal(shown(120), 119)
  }
  process.env.COLUMNS = '60'
  assert.deepEqual([shown(120), shown()], [59, 59])
})

test('a file or a pipe gets nothing, unless plain lines are asked for', () => {
  const pipe = terminalOutput({})
  const line = createStatusLine(pipe)
  line.update('one')
  line.end()
  assert.deepEqual(pipe.written, [])

  let nowMs = 0
  const log = terminalOutput({})
  const plain = createStatusLine(log, { nowMs: () => nowMs, plainEveryMs: 1_000 })
  for (; nowMs < 2_500; nowMs += 100) plain.update(`at ${nowMs} ${'x'.repeat(200)}`)
  plain.end()
  assert.deepEqual(
    log.written.map((text) => text.replace(/ x{200}\n$/, ' whole line')),
    ['at 1000 whole line', 'at 2000 whole line'],
  )
})
