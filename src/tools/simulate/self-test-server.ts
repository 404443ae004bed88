/**
 * A server with a known latency, in a process of its own. It answers every request with a receipt, exactly 50 ms after it
 * came. It first sends its port to its parent. On a number, it blocks for that many milliseconds. On `report`, it sends
 * how late its answers were since the last report (p99 in milliseconds; null: no answers). It ends with its parent.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLatencies } from './latencies.ts'

const LATENCY_MS = 50
/** A timer may be this late, so it is set this early. The event loop turns until the time has come. */
const TIMER_SLACK_MS = 2

let lateness = createLatencies()

const server = createServer((request, response) => {
  const answerAtMs = performance.now() + LATENCY_MS
  const answer = () => {
    const lateMs = performance.now() - answerAtMs
    if (lateMs < 0) setImmediate(answer)
    else {
      lateness.record(lateMs)
      response.writeHead(201, { 'content-type': 'application/json' }).end('{"invoiceId":"self-test"}')
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
