import { setFlagsFromString } from 'node:v8'

/** The heap may grow to four times what the last large garbage collection left: the most that V8 chooses by itself. */
const GROWING_PERCENT = 300

/**
 * Sets V8's garbage collector up for a process under load, for every thread. Call it once, before the load comes. The
 * limit of the whole heap is unchanged. V8 reads both flags whenever it decides by them (in its heap/memory-controller and
 * heap/pretenuring-handler), so they may be set at run time.
 */
export function tuneHeap(): void {
  letHeapGrow()
  makeObjectsYoung()
}

/**
 * Lets the heap grow before V8 begins the next large garbage collection.
 *
 * Without it, after minutes or hours, nearly every collection becomes a large one. V8 lets the old generation grow in
 * proportion to its latest growth, which here is close to nothing, so by 8 MB. But it counts every Buffer made since
 * then against those 8 MB, even Buffers that the next small collection would free. Bodies and produce requests reach
 * them ten times a second, and half of a core goes into marking a heap that holds no garbage.
 */
function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`)
}

/**
 * Every object begins young, so that a small garbage collection frees it.
 *
 * V8 counts how many objects of each place in the code survive a small collection. Where most do, compiled code makes
 * the objects of that place old at birth, for as long as the process lives. In its first seconds a gateway looks like
 * that: requests wait for connections, for tokens that are verified for the first time, for code that is not compiled.
 * Later such objects are garbage after milliseconds, but only a large collection frees what is old. Until then all that
 * they refer to, whole requests with their invoices, survives the small ones. They take 20 to 30 ms then, instead of 3,
 * and a post costs a quarter more. With tokens nearly every start ended that way, without them every fifth.
 */
function makeObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
