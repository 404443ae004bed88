import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { PrefixHash } from '../../../src/tools/uploader/prefix-hash.ts'
import { type JournalLine, readLines, type UnendedLine } from '../../../src/tools/uploader/read-lines.ts'
import { randomFrom } from '../../harness/random.ts'

async function linesOf(
  chunks: readonly string[],
  maxLineBytes = 100,
  from = { offset: 0, line: 1 },
): Promise<JournalLine[]> {
  const source = async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  const lines: JournalLine[] = []
  for await (const line of readLines(source(), from, maxLineBytes, new PrefixHash())) lines.push(line)
  return lines
}

/** What is returned behind the lines of this text. */
async function unendedOf(text: string, maxLineBytes = 100): Promise<UnendedLine | undefined> {
  const source = async function* () {
    yield* [text.slice(0, 2), text.slice(2)].map((part) => Buffer.from(part))
  }
  const lines = readLines(source(), { offset: 0, line: 1 }, maxLineBytes, new PrefixHash())
  for (;;) {
    const { done, value } = await lines.next()
    if (done) return value
  }
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
  const lines = await linesOf(['12345', '6789', '\n12345678\n', '123456789\n'], 8)
  assert.deepEqual(shown(lines), [
    [1, 0, 10, null],
    [2, 10, 19, '12345678'],
    [3, 19, 29, null],
  ])
})

test('a line that is too long is not held', async () => {
  let mostBytes = 0
  const endless = async function* () {
    for (let i = 0; i < 512; i++) {
      yield Buffer.alloc(2 ** 20, 'x')
      mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers)
    }
    yield Buffer.from('\n')
  }
  const before = process.memoryUsage().arrayBuffers
  for await (const { end, bytes } of readLines(endless(), { offset: 0, line: 1 }, 4 * 2 ** 20, new PrefixHash()))
    assert.deepEqual([end, bytes], [512 * 2 ** 20 + 1, null])
  assert.ok(mostBytes - before < 256 * 2 ** 20, `${mostBytes} bytes`)
})

test('an empty journal has no lines', async () => {
  assert.deepEqual(await linesOf([]), [])
  assert.deepEqual(await linesOf(['\n\n']), [])
})

test('a last line has ended if it has a line feed, or is a whole JSON object, or blank', async () => {
  for (const ended of ['', 'x\n', '{"a":1}', ' [1] ', 'x\n  ']) assert.equal(await unendedOf(ended), undefined, ended)
  for (const unended of ['x', '{', '{"a":1', '12', 'null']) {
    assert.deepEqual(await unendedOf(`{}\n${unended}`), { number: 2, bytes: unended.length }, unended)
  }
  assert.deepEqual(await unendedOf(`{"a":${'1'.repeat(50)}}`, 20), { number: 1, bytes: 56 })
})

test('at each line the hash is that of the journal up to its end, wherever the chunks fall and the reading starts', async () => {
  const lines = Array.from({ length: 40 }, (_, i) => (i % 9 === 4 ? '\n' : `line ${i}\n`))
  const text = Buffer.from([...lines, '{"cut'].join(''))
  for (let seed = 1; seed <= 100; seed++) {
    const { below } = randomFrom(seed)
    const prefix = new PrefixHash()
    let done = { offset: 0, line: 1 }
    for (let run = 0; run < 4; run++) {
      const { offset } = done
      const source = async function* () {
        for (let at = offset, next = 0; at < text.length; at = next) {
          next = at + 1 + below(30)
          yield text.subarray(at, next)
        }
      }
      let left = 1 + below(25)
      for await (const { number, end } of readLines(source(), done, 100, prefix)) {
        const furthest = Math.max(end, prefix.prefix.bytes)
        const expected = { bytes: furthest, sha256: hash('sha256', text.subarray(0, furthest)) }
        assert.deepEqual(prefix.prefix, expected, `seed ${seed}, line ${number}`)
        // The next run starts at this line or an earlier one.
        if (below(3) === 0) done = { offset: end, line: number + 1 }
        if (--left === 0) break
      }
    }
    const wholeBytes = text.lastIndexOf('\n') + 1
    assert.ok(prefix.prefix.bytes <= wholeBytes, `seed ${seed}`)
  }
})
