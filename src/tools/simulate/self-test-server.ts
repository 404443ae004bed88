/**
 * A server whose latency is known, as a process of its own: it answers every request 201 exactly 50 ms after it came,
 * and stops dead for so many milliseconds when its parent says so. Asked for a report, it says how late its answers
 * were (p99, milliseconds; null: there were none) since the last one. Ends with its parent.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLatencies } from './latencies.ts'

const LATENCY_MS = 50
/** A timer may be this late; the rest of the time is waited for turn by turn. */
const TIMER_SLACK_MS = 2

let lateness = createLatencies()

const server = createServer((request, response) => {
  const answerAtMs = performance.now() + LATENCY_MS
  const answer = () => {
    const lateMs = performance.now() - answerAtMs
    if (lateMs < 0) setImmediate(answer)
    else {
      lateness.record(lateMs)
      response.writeHead(201, { 'content-type': 'application/json' }).end('{}')
    }
  }
  request.resume()
  request.on('end', () => setTimeout(answer, answerAtMs - performance.now() - TIMER_SLACK_MS))
})

process.on('message', (message: number | 'report') => {
  if (message === 'report') {
    process.send?.(lateness.percentiles()?.p99 ?? null)
    lateness = createLatencies()
  } else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, message)
})
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
