import { setFlagsFromString } from 'node:v8'

/** Four times what the large garbage collection before has left: the most that V8 chooses by itself. */
const GROWING_PERCENT = 300

/**
 * Lets the heap, of every thread, grow before V8 begins the next large garbage collection. To be called once a process,
 * before the load comes; the limit of the whole heap stays.
 *
 * Without it nearly every collection ends up as a large one, after hours or minutes: V8 lets the old generation grow by
 * how fast it did so far, which here is hardly at all, so by 8 MB; but it counts every Buffer made since then against
 * that, also those that the next small collection would free. Bodies and produce requests come to that ten times a
 * second, and half of a core goes into marking a heap of which nothing is garbage.
 *
 * V8 reads the flag whenever it computes a limit (`heap_growing_percent` in its heap/memory-controller), so it may be
 * set while it runs.
 */
export function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`)
}
