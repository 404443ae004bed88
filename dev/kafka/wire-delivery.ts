import type { Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

/** What happens to one frame. Later frames in its direction wait for it, as in any TCP stream. */
export type Action =
  /** Passed on as it is. */
  | { type: 'forward' }
  /** Dropped silently; the connection stays open. A dropped response is lost after the broker has done its work. */
  | { type: 'drop' }
  /** Not passed on: the client's connection is reset instead. */
  | { type: 'reset' }
  /** The first half is passed on, then the connection is reset. */
  | { type: 'cut' }
  /** Passed on this long after it arrived. */
  | { type: 'delay'; delayMs: number }
  /** Passed on one byte a packet. */
  | { type: 'slice' }
  /** Passed on slowly. */
  | { type: 'throttle'; bytesPerSecond: number }
  /** Held until the rule changes, then passed on: a black hole that heals while the connection is still open. */
  | { type: 'hold' }

const THROTTLE_STEP_MS = 20

/**
 * Writes one frame to `sink` as `action` says. Resolves when the kernel has taken it, or the sink is gone. Rejects when
 * `signal` is aborted (and `ended` resolves) while the frame waits. For `reset` and `cut`, the caller does the reset.
 */
export async function deliver(
  bytes: Buffer,
  action: Action,
  at: { sink: Socket; arrivedAtMs: number; released: Promise<void>; ended: Promise<unknown>; signal: AbortSignal },
): Promise<void> {
  const { sink, signal } = at
  switch (action.type) {
    case 'forward':
      return await write(sink, bytes)
    case 'drop':
    case 'reset':
      return
    case 'cut':
      return await write(sink, bytes.subarray(0, Math.ceil(bytes.length / 2)))
    case 'delay':
      await sleep(Math.max(0, at.arrivedAtMs + action.delayMs - performance.now()), undefined, { signal })
      return await write(sink, bytes)
    case 'hold':
      await Promise.race([at.released, at.ended])
      signal.throwIfAborted()
      return await write(sink, bytes)
    case 'slice':
      for (const byte of bytes) {
        signal.throwIfAborted()
        await write(sink, Buffer.of(byte))
        await nextTurn()
      }
      return
    case 'throttle': {
      const step = Math.max(1, Math.round((action.bytesPerSecond * THROTTLE_STEP_MS) / 1_000))
      for (let start = 0; start < bytes.length; start += step) {
        await write(sink, bytes.subarray(start, start + step))
        await sleep(THROTTLE_STEP_MS, undefined, { signal })
      }
    }
  }
}

async function write(sink: Socket, bytes: Buffer): Promise<void> {
  await new Promise<void>((taken) => {
    if (sink.destroyed) return taken()
    sink.write(bytes, () => taken())
  })
}
