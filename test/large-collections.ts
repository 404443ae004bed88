/**
 * `node large-collections.ts usual|grown`: what a gateway does to V8's heap, in short: plenty of Buffers that live for
 * a moment, next to a heap that hardly grows. Prints how many large garbage collections V8 began by itself.
 */
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { setTimeout as sleep, setImmediate as turnEnd } from 'node:timers/promises'
import { tuneHeap } from '../src/heap.ts'
import { collectGarbage } from './harness/collect-garbage.ts'

const BODY_BYTES = 16_384

if (process.argv[2] === 'grown') tuneHeap()
const kept = Array.from({ length: 200_000 }, (_, index) => ({ index, list: [index] }))

async function readBodies(count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const body = Buffer.allocUnsafeSlow(BODY_BYTES)
    kept[0] = { index, list: Array.from({ length: 100 }, (_, line) => ({ line, body })).map(({ line }) => line) }
    if (index % 10 === 0) await turnEnd()
  }
}

// V8 measures how fast the heap grows over some seconds.
for (let second = 0; second < 3; second++) {
  await readBodies(1_500)
  await sleep(1_000)
}
let begun = 0
const observer = new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const { kind } = (entry as unknown as { detail: { kind: number } }).detail
    if (kind === constants.NODE_PERFORMANCE_GC_INCREMENTAL) begun++
  }
})
observer.observe({ entryTypes: ['gc'] })
// Several times, because what V8 measures is not the same twice: after three of its own it may let the heap grow.
for (let round = 0; round < 5; round++) {
  collectGarbage()
  await readBodies(20_000)
}
await sleep(100) // the last ones are told of
console.log(begun)
