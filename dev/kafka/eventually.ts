import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Calls `attempt` every `everyMs` until it resolves to something other than `undefined`, and resolves to that. An
 * attempt that throws is tried again. After `deadlineMs`, rejects with an Error about `what`; its cause is the last
 * failure.
 */
export async function eventually<T>(
  what: string,
  deadlineMs: number,
  everyMs: number,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  const end = performance.now() + deadlineMs
  let last: unknown
  while (performance.now() < end) {
    try {
      const value = await attempt()
      if (value !== undefined) return value
    } catch (error) {
      last = error
    }
    await sleep(everyMs)
  }
  throw new Error(`${what}: not within ${deadlineMs / 1000} s`, { cause: last })
}
