import { setFlagsFromString } from 'node:v8'

/** The heap may grow to four times what the last large garbage collection left: the most that V8 chooses by itself. */
const GROWING_PERCENT = 300

/**
 * Lets the heap of every thread grow before V8 begins the next large garbage collection. Call it once per process,
 * before the load comes. The limit of the whole heap is unchanged.
 *
 * Without it, after minutes or hours, nearly every collection becomes a large one. V8 lets the old generation grow in
 * proportion to its latest growth, which here is close to nothing, so by 8 MB. But it counts every Buffer made since
 * then against those 8 MB, even Buffers that the next small collection would free. Bodies and produce requests reach
 * them ten times a second, and half of a core goes into marking a heap that holds no garbage.
 *
 * V8 reads the flag whenever it computes a limit (`heap_growing_percent` in its heap/memory-controller), so it may be
 * set at run time.
 */
export function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`)
}
