import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep, setImmediate as turnEnd } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { WorkerFailed, type WorkerFailure, WorkerPool, type WorkerPoolOptions } from '../../src/uploads/worker-pool.ts'
import { niceOf, type OddResult, type OddTask, THREADS_HAVE_NICE_VALUES } from './odd-worker.ts'

const FILE = new URL('./odd-worker.ts', import.meta.url)
/** Each loop burns its time, and memory takes a second to fill. */
const ROUNDS = { throw: 3, exit: 3, 'fill-memory': 1, loop: 2 }
/** The threads give way to every other process. */
const PATIENCE_MS = 60_000
/** For tests that let it run out. A task may be given to a thread that has yet to come up, and has to end within it. */
const RUN_TIMEOUT_MS = 3_000
/** A second is the goal; the machine may be busy with other tests. */
const TAKE_OVER_DEADLINE_MS = 10_000

function poolFor(t: TestContext, options: Partial<WorkerPoolOptions> = {}) {
  const troubles: Error[] = []
  const failing = new Int32Array(new SharedArrayBuffer(4))
  const pool = new WorkerPool<OddTask, OddResult>({
    file: FILE,
    workerData: failing,
    workers: 1,
    maxWaiting: 10,
    waitTimeoutMs: PATIENCE_MS,
    runTimeoutMs: PATIENCE_MS,
    costlyCpuMs: 0,
    onTrouble: (error) => void troubles.push(error),
    ...options,
  })
  t.after(() => pool.stop())
  const run = (what: OddTask['what'], queue?: string) => pool.run({ what }, [], queue)
  return { pool, run, troubles, failing }
}

/** A pool whose clock the tasks set: how long the machine takes for them says nothing about who has had his share. */
function timedPoolFor(t: TestContext) {
  let nowMs = 0
  t.mock.method(performance, 'now', () => nowMs)
  const { pool, run } = poolFor(t)
  /** A task that takes so long by this clock: it asks three times. */
  const taking = (ms: number, queue: string) =>
    pool.run({ what: 'ask' }, [], queue, () => {
      nowMs += ms / 3
      return true
    })
  return { run, taking }
}

async function assertFails(task: Promise<unknown>, reason: WorkerFailure): Promise<void> {
  await assert.rejects(task, (error) => error instanceof WorkerFailed && error.reason === reason)
}

/** A task that has to be done soon, whatever happened before. */
async function assertWorks(run: (what: OddTask['what']) => Promise<OddResult>): Promise<OddResult> {
  const startedAtMs = performance.now()
  const result = await run('where')
  const tookMs = performance.now() - startedAtMs
  assert.ok(tookMs < TAKE_OVER_DEADLINE_MS, `another thread took over after ${tookMs.toFixed()} ms`)
  return result
}

test('bytes move to a worker and back: those that were sent are gone here, those of the result are here', async (t) => {
  const { pool } = poolFor(t)
  const bytes = new Uint8Array(1_000_000).fill(7)
  const result = await pool.run({ what: 'double', bytes }, [bytes.buffer])
  assert.equal(bytes.byteLength, 0)
  assert.equal(result.bytes.length, 1_000_000)
  assert.ok(result.bytes.every((byte) => byte === 14))
  assert.equal(result.isMainThread, false)
})

for (const [what, reason] of [
  ['throw', 'crashed'],
  ['exit', 'crashed'],
  ['fill-memory', 'crashed'],
  ['loop', 'overran'],
] as const) {
  test(`${what}: that task fails as ${reason}, those that run and wait beside it are done`, async (t) => {
    const { run, troubles } = poolFor(t, { workers: 2, runTimeoutMs: what === 'loop' ? RUN_TIMEOUT_MS : PATIENCE_MS })
    await run('where')
    const failing = assertFails(run(what), reason)
    const others = Array.from({ length: 6 }, () => run('where'))
    assert.equal((await Promise.all(others)).length, 6)
    await failing
    const after = await Promise.all([assertWorks(run), assertWorks(run)])
    assert.ok(after.every(({ isMainThread }) => !isMainThread))
    if (THREADS_HAVE_NICE_VALUES) assert.ok(after.every(({ nice }) => nice > niceOf('/proc/self/stat')))
    assert.ok(
      troubles.some((error) => error instanceof WorkerFailed && error.reason === reason),
      'and trouble is told of',
    )
  })

  test(`${what} on the only thread, time and again: another one takes over, also for what waits`, async (t) => {
    const { run } = poolFor(t, { runTimeoutMs: what === 'loop' ? RUN_TIMEOUT_MS : PATIENCE_MS })
    await run('where')
    for (let round = 0; round < ROUNDS[what]; round++) {
      const failing = assertFails(run(what), reason)
      const waiting = [run('where'), run('where')]
      await failing
      await Promise.all(waiting)
      await assertWorks(run)
    }
  })
}

test('threads that do not come up are tried again by the next task', async (t) => {
  const { run, failing, troubles } = poolFor(t)
  await run('where')
  Atomics.store(failing, 0, 1)
  await assertFails(run('exit'), 'crashed')
  await assertFails(run('where'), 'crashed')
  Atomics.store(failing, 0, 0)
  await assertWorks(run)
  await assertFails(run('exit'), 'crashed')
  await Promise.all([assertWorks(run), assertWorks(run)])
  assert.ok(troubles.length >= 3)
})

test('a task that is done when its time is over has its result, and those behind it have a thread', async (t) => {
  const { run } = poolFor(t, { runTimeoutMs: RUN_TIMEOUT_MS })
  await run('where')
  await turnEnd() // what runs now comes right before the timers
  const hold = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  const late = run('where')
  hold(RUN_TIMEOUT_MS - 500)
  const waiting = run('where')
  hold(600) // the first one is done, and its time is over before that is seen here
  assert.equal((await late).isMainThread, false)
  assert.equal((await waiting).isMainThread, false)
})

test('tasks are begun in the order in which they were given', async (t) => {
  const { run } = poolFor(t)
  const order: number[] = []
  await Promise.all(Array.from({ length: 10 }, (_, i) => run('where').then(() => order.push(i))))
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('kinds of tasks share the threads by time: many slow ones hold up another kind by one task', async (t) => {
  const { run, taking } = timedPoolFor(t)
  await run('where')
  const order: string[] = []
  const slow = Array.from({ length: 5 }, () => taking(300, 'slow').then(() => order.push('slow')))
  const quick = Array.from({ length: 5 }, () => taking(3, 'quick').then(() => order.push('quick')))
  await Promise.all([...slow, ...quick])
  assert.ok(order.lastIndexOf('quick') <= 6, String(order))
})

test('a kind that was not there for long has the same part as the others from then on, and no more', async (t) => {
  const { run, taking } = timedPoolFor(t)
  await run('where')
  for (let i = 0; i < 5; i++) await taking(300, 'early')
  const order: string[] = []
  const give = (queue: string) => taking(300, queue).then(() => order.push(queue))
  await Promise.all([
    ...Array.from({ length: 4 }, () => give('early')),
    ...Array.from({ length: 4 }, () => give('late')),
  ])
  const late = order.slice(0, 5).filter((queue) => queue === 'late').length
  assert.ok(late >= 2 && late <= 3, String(order))
})

test('a kind whose queue is full is busy, and others are not', async (t) => {
  const { run, pool } = poolFor(t, { maxWaiting: 1 })
  const given = [run('wait', 'a'), run('wait', 'a')]
  assert.equal(pool.hasRoom('a'), false)
  await assertFails(run('where', 'a'), 'busy')
  assert.equal(pool.hasRoom('b'), true)
  await run('where', 'b')
  await Promise.all(given)
  assert.equal(pool.hasRoom('a'), true)
})

test('beyond its threads and what may wait the pool is busy, until a task has ended', async (t) => {
  const { run, pool } = poolFor(t, { workers: 2, maxWaiting: 1 })
  const three = [run('wait'), run('wait'), run('wait')]
  assert.equal(pool.hasRoom(), false)
  assert.deepEqual(pool.figures, { threads: 2, busy: 2, waiting: 1 })
  await assertFails(run('where'), 'busy')
  await Promise.all(three)
  assert.equal(pool.hasRoom(), true)
  assert.deepEqual(pool.figures, { threads: 2, busy: 0, waiting: 0 })
  await run('where')
})

test('a task that waits too long for a thread fails as waited, and its time to run is not over then', async (t) => {
  const { run } = poolFor(t, { waitTimeoutMs: 1_000 })
  await run('where')
  const eight = Array.from({ length: 8 }, () => run('wait'))
  await Promise.all([eight[0], assertFails(eight[7]!, 'waited'), Promise.allSettled(eight)])
  await assertWorks(run)
})

test('a task that has used little processor time is not blamed for a machine that had none for it', async (t) => {
  const { run } = poolFor(t, { runTimeoutMs: RUN_TIMEOUT_MS, costlyCpuMs: 10_000 })
  await run('where')
  await assertFails(run('loop'), 'waited')
  await assertWorks(run)
})

test('a task that cannot be handed over fails as crashed, and costs nobody a thread', async (t) => {
  const { pool, run } = poolFor(t)
  const bytes = new Uint8Array(10)
  await assertFails(pool.run({ what: 'double', bytes }, [bytes.buffer, bytes.buffer]), 'crashed')
  assert.equal((await run('where')).isMainThread, false)
  assert.equal(pool.hasRoom(), true)
})

test('stop() fails what runs and what waits, at once, and takes nothing more', async (t) => {
  const { run, pool } = poolFor(t)
  await run('where')
  const ended = Promise.all([assertFails(run('loop'), 'crashed'), assertFails(run('where'), 'crashed')])
  await sleep(50) // so that the loop has begun
  await Promise.all([pool.stop(), ended])
  assert.equal(pool.hasRoom(), false)
  await assertFails(run('where'), 'busy')
  await pool.stop()
})

test('a process with a stopped pool ends by itself, whatever was under way', async () => {
  const script = `
    const { WorkerPool } = await import(${JSON.stringify(new URL('../../src/uploads/worker-pool.ts', import.meta.url).href)})
    const workerData = new Int32Array(new SharedArrayBuffer(4))
    const options = { file: new URL(${JSON.stringify(FILE.href)}), workerData, onTrouble() {} }
    const pool = new WorkerPool({ ...options, workers: 2, maxWaiting: 4, waitTimeoutMs: 600_000, runTimeoutMs: 600_000, costlyCpuMs: 0 })
    await pool.run({ what: 'where' }, [])
    for (const what of ['loop', 'loop', 'where']) pool.run({ what }, []).catch(() => {})
    setTimeout(() => pool.stop().then(() => console.log('stopped')), 100)`
  const args = ['--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: fileURLToPath(new URL('.', FILE)),
    timeout: 20_000,
  })
  assert.equal(stdout, 'stopped\n')
})

const threadsHaveOneNiceness = !THREADS_HAVE_NICE_VALUES && 'threads have their own nice values on Linux only'

test('a worker steps back behind the main thread, which stays', { skip: threadsHaveOneNiceness }, async (t) => {
  const mainStat = `/proc/self/task/${process.pid}/stat`
  const before = niceOf(mainStat)
  const { run } = poolFor(t)
  const { nice } = await run('where')
  assert.equal(nice, Math.min(before + 19, 19))
  assert.equal(niceOf(mainStat), before)
})

test('a worker asks for memory while it works, and goes by the answer', async (t) => {
  const { pool } = poolFor(t)
  const asked: number[] = []
  const ask = (sizeBytes: number) => {
    asked.push(sizeBytes)
    return sizeBytes < 300
  }
  const { bytes } = await pool.run({ what: 'ask' }, [], '', ask)
  assert.deepEqual(asked, [100, 200, 300])
  assert.deepEqual([...bytes], [2, 2, 0], 'granted, granted, refused; each doubled')
})

test('all senders together may wait no more than 8 times as much as one', async (t) => {
  const { pool } = poolFor(t, { maxWaiting: 1 })
  const running = pool.run({ what: 'loop' }, [], 'busy')
  running.catch(() => {})
  const waiting = Array.from({ length: 8 }, (_, i) => pool.run({ what: 'where' }, [], `sender ${i}`))
  for (const task of waiting) task.catch(() => {})
  assert.equal(pool.hasRoom('another'), false)
  await pool.stop()
  await Promise.allSettled([running, ...waiting])
})

test('what the process loads first is not loaded in its threads: no SDK for traces, from the command line or NODE_OPTIONS', async (t) => {
  const { NODE_OPTIONS } = process.env
  t.after(() => {
    if (NODE_OPTIONS === undefined) delete process.env.NODE_OPTIONS
    else process.env.NODE_OPTIONS = NODE_OPTIONS
  })
  process.env.NODE_OPTIONS = '--import=data:text/javascript,process.exit(5)'
  const { run, troubles } = poolFor(t)
  assert.equal((await run('where')).isMainThread, false)
  assert.deepEqual(troubles, [])
})
