import type { FastifyReply } from 'fastify'

/** A flood waits so long for each of its answers: then a connection is good for eight requests a second. */
const LATE_MS = 1_000
/** So many may wait; further ones are answered at once. */
const MAX_LATE = 1_000
let late = 0

/**
 * Calls `answer` a second later, or never if the connection is closed by then. For whoever asks for too much: its
 * connection is kept (`pipelining.ts` bounds what it may ask meanwhile). Closing it would cost more: the next one has to
 * be accepted, and its TLS made.
 */
export function answerLate({ raw }: FastifyReply, answer: () => void): void {
  if (raw.destroyed) return // it was closed while its token was verified, and nothing will say so again
  if (late >= MAX_LATE) {
    answer()
    return
  }
  late++
  const timer = setTimeout(answer, LATE_MS)
  raw.once('close', () => {
    clearTimeout(timer)
    late--
  })
}
