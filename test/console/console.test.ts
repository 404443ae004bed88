import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Console, type ConsoleSources, TooMany } from '../../src/console/console.ts'
import { fakeSources } from './fake-sources.ts'
import { journalsOf, packed } from './pack.ts'

const IDENTITY = { storeId: 'A', terminalId: 'T1', journalId: 'J1', sequenceNumber: 2 }
const STORE = journalsOf({ 'A/T1/J1': packed([[1, Date.now() - 1], [2, Date.now()]]) }) // biome-ignore format: pairs

function create(t: TestContext, changes: Partial<ConsoleSources> = {}) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let nowMs = 0
  t.mock.method(performance, 'now', () => nowMs)
  const calls = { figures: 0, watching: 0 }
  const sources = fakeSources(changes)
  const shown = new Console({
    ...sources,
    figures: () => {
      calls.figures++
      return sources.figures()
    },
    brokers: {
      seen: sources.brokers.seen,
      watch: async (signal) => {
        calls.watching++
        signal.addEventListener('abort', () => calls.watching--)
      },
    },
  })
  t.after(() => shown.stop())
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      nowMs += 1_000
      t.mock.timers.tick(1_000)
    }
  }
  return { shown, calls, pass }
}

function viewer() {
  const events: { name: string; content: Record<string, unknown> }[] = []
  let close = () => {}
  return {
    events,
    close: () => close(),
    stream: {
      write: (text: string) => {
        const [name = '', data = ''] = text.split('\n').map((line) => line.replace(/^\w+: /, ''))
        events.push({ name, content: JSON.parse(data) })
      },
      end: () => {},
      destroy: () => {},
      unreadBytes: () => 0,
      onClose: (done: () => void) => {
        close = done
      },
    },
  }
}

test('figures are read once a second for all viewers, and by nobody when nobody watches', (t) => {
  const { shown, calls, pass } = create(t)
  pass(5)
  assert.deepEqual(calls, { figures: 0, watching: 0 })
  const [one, other] = [viewer(), viewer()]
  shown.show(one.stream)
  shown.show(other.stream)
  const before = calls.figures
  pass(5)
  assert.deepEqual([calls.figures - before, calls.watching], [5, 1])
  assert.equal(one.events.filter(({ name }) => name === 'snapshot').length, 6)
  one.close()
  other.close()
  pass(20)
  const after = calls.figures
  pass(20)
  assert.deepEqual([calls.figures, calls.watching], [after, 0])
})

test('rates are those of the last second; a viewer who comes later gets those of the last minutes first', (t) => {
  const { shown, pass } = create(t)
  shown.show(viewer().stream)
  for (let n = 0; n < 7; n++) shown.noteAnswer({ route: 'post', kind: 'receipt', status: 201, durationMs: 5 })
  pass(1)
  const late = viewer()
  shown.show(late.stream)
  const [history] = late.events
  assert.equal(history?.name, 'history')
  const { columns, rows } = history.content as { columns: string[]; rows: number[][] }
  assert.equal(rows.at(-1)?.[columns.indexOf('acknowledged')], 7)
  pass(1)
  assert.deepEqual(Object.values(late.events.at(-1)?.content.rates as object), [0, 0, 0, 0, 0])
})

test('a conflict is shown with its identity', (t) => {
  const { shown } = create(t)
  shown.noteConflict({ ...IDENTITY, secret: 'MARKER' } as typeof IDENTITY)
  const { stream, events } = viewer()
  shown.show(stream)
  const { content } = events.at(-1) ?? assert.fail()
  const { conflicts } = content.journals as { conflicts: readonly { atMs: number }[] }
  const [{ atMs, ...conflict } = assert.fail()] = conflicts
  assert.deepEqual(conflict, { ...IDENTITY, from: 'refused', offset: null })
})

test('only so many searches and readings of records go on at the same time', async (t) => {
  const reading = Promise.withResolvers<undefined>()
  const { shown } = create(t, { journals: STORE, readRecord: () => reading.promise })
  const asked = [1, 2].map(() => shown.invoice(IDENTITY))
  await assert.rejects(shown.invoice(IDENTITY), TooMany)
  reading.resolve(undefined)
  assert.deepEqual(
    (await Promise.all(asked)).map((one) => one?.record.state),
    ['gone', 'gone'],
  )
  const searches = Array.from({ length: 5 }, () => shown.findStores('', { after: '', limit: 1 }))
  const settled = await Promise.allSettled(searches)
  assert.deepEqual(settled.map(({ status }) => status).sort(), [...Array(4).fill('fulfilled'), 'rejected'])
  await turn()
})

test('a record that cannot be read says why', async (t) => {
  const { shown } = create(t, { journals: STORE, readRecord: () => Promise.reject(new Error('no answer')) })
  assert.deepEqual((await shown.invoice(IDENTITY))?.record, { state: 'unread', reason: 'no answer' })
})

test('a gateway that does not follow .journals finds nothing', async (t) => {
  const { shown } = create(t, { journals: null })
  assert.equal(await shown.findStores('', { after: '', limit: 1 }), null)
  assert.equal(await shown.storePage('A', { after: '', limit: 1 }), null)
  assert.equal(await shown.invoice(IDENTITY), null)
})
