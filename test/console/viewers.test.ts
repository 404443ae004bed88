import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventText, type Stream, Viewers } from '../../src/console/viewers.ts'

function fakeStream() {
  const state = { written: [] as string[], unread: 0, ended: false, destroyed: false, close: () => {} }
  const stream: Stream = {
    write: (text) => state.written.push(text),
    end: () => {
      state.ended = true
    },
    destroy: () => {
      state.destroyed = true
    },
    unreadBytes: () => state.unread,
    onClose: (done) => {
      state.close = done
    },
  }
  return { state, stream }
}

test('all viewers get the same events, up to the most that may watch', () => {
  const viewers = new Viewers({ maxViewers: 2, maxUnreadBytes: 10, maxSkipped: 1 })
  const [one, other] = [fakeStream(), fakeStream()]
  for (const { stream } of [one, other]) viewers.add(stream, 'first')
  assert.equal(viewers.hasRoom, false)
  viewers.send('next')
  assert.deepEqual([one.state.written, other.state.written], [['first', 'next'], ['first', 'next']]) // biome-ignore format: pairs
  one.state.close()
  assert.deepEqual([viewers.size, viewers.hasRoom], [1, true])
})

test('a viewer that does not read gets nothing more, and its connection is closed at last', () => {
  const viewers = new Viewers({ maxViewers: 2, maxUnreadBytes: 10, maxSkipped: 2 })
  const { state, stream } = fakeStream()
  viewers.add(stream, '')
  state.unread = 11
  viewers.send('a')
  viewers.send('b')
  state.unread = 0
  viewers.send('c')
  assert.deepEqual(state.written, ['', 'c'])
  state.unread = 11
  for (const text of ['d', 'e', 'f']) viewers.send(text)
  assert.deepEqual([state.destroyed, viewers.size], [true, 0])
})

test('stopping ends every stream, and takes nobody any more', () => {
  const viewers = new Viewers({ maxViewers: 2, maxUnreadBytes: 10, maxSkipped: 2 })
  const { state, stream } = fakeStream()
  viewers.add(stream, '')
  viewers.stop()
  assert.deepEqual([state.ended, viewers.hasRoom], [true, false])
})

test('an event is two lines', () => {
  assert.equal(eventText('a', { text: 'x\ny' }), 'event: a\ndata: {"text":"x\\ny"}\n\n')
})
