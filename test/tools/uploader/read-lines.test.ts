import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type JournalLine, readLines } from '../../../src/tools/uploader/read-lines.ts'

async function linesOf(
  chunks: readonly string[],
  maxLineBytes = 100,
  from = { offset: 0, line: 1 },
): Promise<JournalLine[]> {
  const source = async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  const lines: JournalLine[] = []
  for await (const line of readLines(source(), from, maxLineBytes)) lines.push(line)
  return lines
}

const shown = (lines: readonly JournalLine[]) =>
  lines.map(({ number, start, end, bytes }) => [number, start, end, bytes?.toString() ?? null])

test('lines are cut the same however the chunks fall; white space around them is no part of them', async () => {
  const text = '{"a":1}\n  {"b":2}\t\r\n\n \r\n{"ü":3}'
  const expected = [
    [1, 0, 8, '{"a":1}'],
    [2, 8, 20, '{"b":2}'],
    [5, 24, 32, '{"ü":3}'],
  ]
  assert.deepEqual(shown(await linesOf([text])), expected)
  assert.deepEqual(shown(await linesOf([...text])), expected)
  assert.deepEqual(shown(await linesOf([text.slice(0, 8), text.slice(8, 13), text.slice(13)])), expected)
})

test('numbers and offsets go on from where the reading starts', async () => {
  assert.deepEqual(shown(await linesOf(['x\ny\n'], 10, { offset: 100, line: 7 })), [
    [7, 100, 102, 'x'],
    [8, 102, 104, 'y'],
  ])
})

test('a line that is too long is passed over, and the next one is not', async () => {
  const lines = await linesOf(['12345', '6789', '\n12345678\n', '123456789'], 8)
  assert.deepEqual(shown(lines), [
    [1, 0, 10, null],
    [2, 10, 19, '12345678'],
    [3, 19, 28, null],
  ])
})

test('a line that is too long is not held', async () => {
  let mostBytes = 0
  const endless = async function* () {
    for (let i = 0; i < 512; i++) {
      yield Buffer.alloc(2 ** 20, 'x')
      mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers)
    }
  }
  const before = process.memoryUsage().arrayBuffers
  for await (const { end, bytes } of readLines(endless(), { offset: 0, line: 1 }, 4 * 2 ** 20))
    assert.deepEqual([end, bytes], [512 * 2 ** 20, null])
  assert.ok(mostBytes - before < 256 * 2 ** 20, `${mostBytes} bytes`)
})

test('an empty journal has no lines', async () => {
  assert.deepEqual(await linesOf([]), [])
  assert.deepEqual(await linesOf(['\n\n']), [])
})
