import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createProgressLines } from '../../dev/progress.ts'
import { stripped, terminalOutput } from '../tools/terminal/terminal-output.ts'

/** The lines of a program whose clock stands still until `wait`. */
function linesOn(t: TestContext, given: { isTTY?: boolean; columns?: number }) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const output = terminalOutput(given)
  const clock = { nowMs: 0 }
  const lines = createProgressLines(output, () => clock.nowMs)
  const wait = (ms: number) => {
    for (const end = clock.nowMs + ms; clock.nowMs < end; ) {
      clock.nowMs += 250
      t.mock.timers.tick(250)
    }
  }
  const last = () => stripped(output.written.at(-1) ?? '')
  return { ...lines, wait, last, written: output.written }
}

test('on a terminal the line of a step changes as time passes, and stays when the step took long', (t) => {
  const { onProgress, end, wait, last, written } = linesOn(t, { isTTY: true, columns: 80 })
  onProgress('Starting Kafka')
  assert.equal(last(), '  Starting Kafka ...')
  wait(3_250)
  assert.equal(last(), '  Starting Kafka ... 3 s')
  assert.ok(written.every((text) => text.startsWith('\r')))
  end()
  assert.deepEqual(written.slice(-2), ['\r\x1b[K', '  Starting Kafka ... 3 s\n'])
  const writes = written.length
  wait(5_000)
  assert.equal(written.length, writes, 'nothing is drawn after the end')
})

test('a short step leaves nothing on a terminal, and its successor begins at once', (t) => {
  const { onProgress, end, wait, last, written } = linesOn(t, { isTTY: true, columns: 80 })
  onProgress('Looking for Java')
  wait(250)
  onProgress('Starting Kafka')
  assert.equal(last(), '  Starting Kafka ...')
  end()
  assert.deepEqual(
    written.filter((text) => text.includes('\n')),
    [],
  )
})

test('how far a step is changes its line and not its time', (t) => {
  const { onProgress, end, wait, last } = linesOn(t, { isTTY: true, columns: 80 })
  onProgress('Fetching')
  wait(2_000)
  onProgress('Fetching', '1.5 MB')
  wait(250)
  assert.equal(last(), '  Fetching ... 1.5 MB 2 s')
  end()
})

test('a line is never wider than the terminal', (t) => {
  const { onProgress, end, last } = linesOn(t, { isTTY: true, columns: 10 })
  onProgress('Starting Kafka')
  assert.equal(last(), '  Startin')
  end()
})

test('without a terminal there is a plain line after a second, another every ten, and none for what is quick', (t) => {
  const { onProgress, end, wait, written } = linesOn(t, {})
  onProgress('Looking for Java')
  wait(750)
  onProgress('Starting Kafka')
  wait(750)
  assert.deepEqual(written, [])
  wait(20_500)
  end()
  assert.deepEqual(written, [
    '  Starting Kafka ... 1 s\n',
    '  Starting Kafka ... 11 s\n',
    '  Starting Kafka ... 21 s\n',
  ])
})

test('a line that is said ends the step, so that another program may write', (t) => {
  const { onProgress, say, wait, written } = linesOn(t, { isTTY: true, columns: 80 })
  onProgress('Looking for Java')
  say('Installing Java')
  wait(2_000)
  assert.deepEqual(written.slice(1), ['\r\x1b[K', 'Installing Java\n'])
})
