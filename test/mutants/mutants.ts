/** A deliberate fault: one piece of a source file replaced. `tests` are the test files that have to notice. */
export interface Mutant {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly replace: string
  readonly tests: readonly string[]
}

const LANE = 'test/accumulator/lane.test.ts'
const ACCUMULATOR = 'test/accumulator/accumulator.test.ts'
const BATCH = 'test/accumulator/producer-batch.test.ts'
const CHAIN = 'test/accumulator/chain.test.ts'
const WINDOW = 'test/admission/upload-window.test.ts'
const UPLOAD = 'test/ingest/upload.test.ts'
const UPLOAD_QUOTA = 'test/ingest/upload-quota.test.ts'
const JOINT = 'test/kafka/kafkajs/joint-produce.test.ts'
const ENCODING = 'test/kafka/kafkajs/produce-encoding.test.ts'
const LIVE_LIMIT = 'test/admission/live-limit.test.ts'
const PUBLISHER = 'test/kafka/kafka-publisher.test.ts'
const POOL = 'test/uploads/worker-pool.test.ts'
const FEED = 'test/examples/ticks/connection.test.ts'

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'acknowledge a duplicate sequence at the first attempt',
    file: 'src/kafka/kafka-publisher.ts',
    find: "verdict === 'duplicate' && batch.attempts > 1",
    replace: "verdict === 'duplicate'",
    tests: [PUBLISHER],
  },
  {
    name: 'free the lane of a recalled batch before its leader can be reached',
    file: 'src/kafka/kafka-publisher.ts',
    find: "if (outcome.kind !== 'again') return outcome",
    replace:
      "if (outcome.kind !== 'again') return outcome\n        if (batch.isRecalled) return { kind: 'not-attempted' }",
    tests: [PUBLISHER],
  },
  {
    name: 'accept an answer with a negative offset',
    file: 'src/kafka/producer-session.ts',
    find: 'if (BigInt(baseOffset) < 0n) continue',
    replace: '',
    tests: [PUBLISHER],
  },
  {
    name: 'take an answer that does not name the partition for an acknowledgement',
    file: 'src/kafka/producer-session.ts',
    find: "return { kind: 'unnamed' }",
    replace: "return { kind: 'stored', baseOffset: 0n }",
    tests: [PUBLISHER],
  },
  {
    name: 'send the batch again after kafkajs moved the sequence on',
    file: 'src/kafka/kafka-publisher.ts',
    find: "else if (sent.kind === 'unnamed' && batch.attempts > attemptsBefore)",
    replace: 'else if (sent.kind === "unnamed" && false)',
    tests: [PUBLISHER],
  },
  {
    name: 'send an attempted batch again under the new producer id',
    file: 'src/kafka/kafka-publisher.ts',
    find: "if (batch.attempts > 0 && this.#options.delivery !== 'at-least-once') return unknown('producer-replaced')",
    replace: '',
    tests: [PUBLISHER],
  },
  {
    name: 'give up after the first failed call of kafkajs',
    file: 'src/kafka/kafka-publisher.ts',
    find: "if (outcome.kind !== 'again') return outcome",
    replace: "if (outcome.kind !== 'again') return outcome\n        if (failures > 0) return unknown('not-repeated')",
    tests: [PUBLISHER],
  },
  {
    name: 'call a refusal definite although an earlier attempt may have been appended',
    file: 'src/kafka/kafka-publisher.ts',
    find: 'const isDefinite = batch.attempts === 0',
    replace: 'const isDefinite = true',
    tests: [PUBLISHER],
  },
  {
    name: 'call a refusal of metadata the answer to the attempt before it',
    file: 'src/kafka/kafka-publisher.ts',
    find: 'const isDefinite = batch.attempts === 0',
    replace: 'const isDefinite = batch.attempts <= 1',
    tests: [PUBLISHER],
  },
  {
    name: 'take the answer of a leader that appended and then lost its leadership for a refusal',
    file: 'src/kafka/verdict.ts',
    find: 'return isRefusal && BigInt(baseOffset) < 0n',
    replace: 'return isRefusal',
    tests: [PUBLISHER],
  },
  {
    name: 'go on with a producer that is out of sequence',
    file: 'src/kafka/verdict.ts',
    find: "[45, 'replace'], // OUT_OF_ORDER_SEQUENCE_NUMBER",
    replace: "[45, 'retry'],",
    tests: [PUBLISHER],
  },
  {
    name: 'let attempts through after the session was closed',
    file: 'src/kafka/producer-session.ts',
    find: 'mayAttempt: () => this.#isOpen && batch.beginAttempt(),',
    replace: 'mayAttempt: () => batch.beginAttempt(),',
    tests: [PUBLISHER],
  },
  {
    name: 'never rotate the producer id',
    file: 'src/kafka/kafka-publisher.ts',
    find: 'this.#current.rotate(session)',
    replace: '{}',
    tests: [PUBLISHER],
  },
  {
    name: 'close a rotated session while batches still end on it',
    file: 'src/kafka/current-session.ts',
    find: 'this.#rotated.add(session)',
    replace: 'void session.close()',
    tests: [PUBLISHER],
  },
  {
    name: 'ignore the watchdog',
    file: 'src/kafka/kafka-publisher.ts',
    find: 'await within(watchdogMs, session.send(batch))',
    replace: 'await within(10_000_000, session.send(batch))',
    tests: [PUBLISHER],
  },
  {
    name: 'start the next batch of a partition while one is out',
    file: 'src/accumulator/lane.ts',
    find: 'if (this.#drainScheduled || this.#batch !== null) return',
    replace: 'if (this.#drainScheduled) return',
    tests: [LANE],
  },
  {
    name: 'put a recalled batch behind what came later',
    file: 'src/accumulator/lane.ts',
    find: 'this.#waiting.unshift(...back)',
    replace: 'this.#waiting.push(...back)',
    tests: [LANE],
  },
  {
    name: 'reject all of a batch that is too large',
    file: 'src/accumulator/lane.ts',
    find: 'if (entries.length === 1) {',
    replace: 'if (entries.length >= 1) {',
    tests: [LANE],
  },
  {
    name: 'give every record of a batch the offset of the first',
    file: 'src/accumulator/lane.ts',
    find: 'outcome.baseOffset + BigInt(index)',
    replace: 'outcome.baseOffset',
    tests: [ACCUMULATOR],
  },
  {
    name: 'recall a batch that was attempted',
    file: 'src/accumulator/producer-batch.ts',
    find: 'if (this.#attempts > 0) return false',
    replace: '',
    tests: [BATCH, ACCUMULATOR],
  },
  {
    name: 'answer `rejected` at the deadline although the record may go out',
    file: 'src/accumulator/pending-record.ts',
    find: 'if (!isLast || !this.#lane.withdraw(this))',
    replace: 'if (!isLast && !this.#lane.withdraw(this))',
    tests: [ACCUMULATOR],
  },
  {
    name: 'forget a record when its till was answered `unknown`',
    file: 'src/accumulator/pending-record.ts',
    find: 'this.#waiters.splice(this.#waiters.indexOf(waiter), 1)',
    replace: 'this.#waiters.splice(this.#waiters.indexOf(waiter), 1)\n        this.#onGone()',
    tests: [ACCUMULATOR],
  },
  {
    name: 'join whatever has the same identity, without comparing bytes',
    file: 'src/accumulator/accumulator.ts',
    find: 'underWay.record.value.equals(record.value)',
    replace: 'true',
    tests: [ACCUMULATOR],
  },
  {
    name: 'take records into a stalled lane',
    file: 'src/accumulator/accumulator.ts',
    find: 'if (lane.isStalled || this.isStuck)',
    replace: 'if (this.isStuck)',
    tests: [ACCUMULATOR],
  },
  {
    name: 'pool: leave the line of tasks to piscina',
    file: 'src/uploads/worker-pool.ts',
    find: 'if (this.#running < this.#options.workers) {',
    replace: 'if (this.#running < this.#options.workers + this.#options.maxWaiting) {',
    tests: [POOL],
  },
  {
    name: 'pool: go on with a piscina that replaces no thread any more',
    file: 'src/uploads/worker-pool.ts',
    find: "pool.on('workerDestroy', () => setImmediate(discardIfShort))",
    replace: '',
    tests: [POOL],
  },
  {
    name: 'pool: no time limit',
    file: 'src/uploads/worker-pool.ts',
    find: "ending.abort('timed-out'), this.#options.timeoutMs",
    replace: "ending.abort('timed-out'), 3_600_000",
    tests: [POOL],
  },
  {
    name: 'pool: workers as important as the main thread',
    file: 'src/uploads/in-worker.ts',
    find: 'setPriority(Math.min(getPriority() + WORKER_NICENESS, MAX_NICENESS))',
    replace: '{}',
    tests: [POOL],
  },
  {
    name: 'ticks: publish packets as they come out of the workers',
    file: 'examples/ticks/connection.ts',
    find: '    await turn\n',
    replace: '',
    tests: [FEED],
  },
  {
    name: 'ticks: publish packets of a feed that has gone',
    file: 'examples/ticks/connection.ts',
    find: 'if (hasGap || gone.signal.aborted)',
    replace: 'if (hasGap)',
    tests: [FEED],
  },
  {
    name: 'ticks: publish packets behind one that no worker could read',
    file: 'examples/ticks/connection.ts',
    find: '    hasGap = true\n',
    replace: '',
    tests: [FEED],
  },
  {
    name: 'ticks: send ticks behind one of their symbol that may be missing',
    file: 'examples/ticks/publish-ticks.ts',
    find: 'accumulator.append(record, reservation, chain)',
    replace: 'accumulator.append(record, reservation, chain && undefined)',
    tests: [FEED],
  },
  {
    name: 'ticks: read on with any number of unanswered packets',
    file: 'examples/ticks/connection.ts',
    find: 'while (unanswered.size >= maxUnanswered)',
    replace: 'while (unanswered.size >= 1_000 * maxUnanswered)',
    tests: [FEED],
  },
  {
    name: 'ticks: keep the memory of packets that are answered',
    file: 'examples/ticks/connection.ts',
    find: '    const verdict = await publishing\n    reservation.release()',
    replace: '    const verdict = await publishing',
    tests: [FEED],
  },
  {
    name: 'chain: send records behind one that may be missing',
    file: 'src/accumulator/lane.ts',
    find: 'if (entry.isCutOff) {',
    replace: 'if (entry.isCutOff && false) {',
    tests: [CHAIN],
  },
  {
    name: 'chain: break it a turn of the event loop later',
    file: 'src/accumulator/pending-record.ts',
    find: 'if (!isFinal(told)) chain?.breakAt(place)',
    replace: 'if (!isFinal(told)) setImmediate(() => chain?.breakAt(place))',
    tests: [CHAIN],
  },
  {
    name: 'chain: break it for a record that will never be taken',
    file: 'src/accumulator/outcome.ts',
    find: "return outcome.reason === 'too-large' || outcome.reason === 'identity-conflict'",
    replace: 'return false',
    tests: [CHAIN],
  },
  {
    name: 'chain: cut off what comes before the break',
    file: 'src/accumulator/chain.ts',
    find: 'return place > this.#brokenAt',
    replace: 'return place >= 0 && this.isBroken',
    tests: [CHAIN, UPLOAD_QUOTA],
  },
  {
    name: 'chain: leave it whole when a record is refused at the door',
    file: 'src/accumulator/accumulator.ts',
    find: '  chain?.breakAt()\n',
    replace: '',
    tests: [CHAIN],
  },
  {
    name: 'upload: append behind an invoice over quota',
    file: 'src/ingest/upload.ts',
    find: '        chain.breakAt()\n',
    replace: '',
    tests: [UPLOAD],
  },
  {
    name: 'upload: no window',
    file: 'src/admission/upload-window.ts',
    find: 'return this.#roundRecords < maxRecords &&',
    replace: 'return',
    tests: [WINDOW, UPLOAD],
  },
  {
    name: 'encoding: an offset delta that does not rise',
    file: 'src/kafka/kafkajs/record-batch.ts',
    find: 'putVarint(bytes, at, offsetDelta)',
    replace: 'putVarint(bytes, at, 0)',
    tests: [ENCODING],
  },
  {
    name: 'encoding: the length of a text in characters',
    file: 'src/kafka/kafkajs/record-batch.ts',
    find: 'at = putVarint(bytes, start, Buffer.byteLength(text))',
    replace: 'at = putVarint(bytes, start, text.length)',
    tests: [ENCODING],
  },
  {
    name: 'joint request: an error of one partition is told to none',
    file: 'src/kafka/kafkajs/joint-produce.ts',
    find: '.find(({ errorCode }) => errorCode !== 0)',
    replace: '.find(() => false)',
    tests: [PUBLISHER],
  },
  {
    name: 'joint request: one error for all of its partitions',
    file: 'src/kafka/kafkajs/joint-produce.ts',
    find: 'const own = waiting.names.map((name) => parts.get(name)).filter((part) => part !== undefined)',
    replace: 'const own = [...parts.values()]',
    tests: [PUBLISHER],
  },
  {
    name: 'joint request: no gate',
    file: 'src/kafka/kafkajs/joint-produce.ts',
    find: 'const mayGo = guardsOf(waiting).every((guard) => guard.mayAttempt())',
    replace: 'const mayGo = guardsOf(waiting).map((guard) => guard.mayAttempt()).length >= 0',
    tests: [PUBLISHER],
  },
  {
    name: 'joint request: handed to a connection that a quota throttles',
    file: 'src/kafka/kafkajs/joint-produce.ts',
    find: 'while (this.#isThrottled) await sleep(THROTTLE_POLL_MS)',
    replace: '',
    tests: [PUBLISHER],
  },
  {
    name: 'joint request: on a connection that is not up',
    file: 'src/kafka/kafkajs/joint-produce.ts',
    find: 'if (!this.#broker.isConnected()) {',
    replace: 'if (false as boolean) {',
    tests: [JOINT],
  },
  {
    name: 'live limit: count invoices that wait for a leader for ever',
    file: 'src/admission/live-limit.ts',
    find: 'if (taken.isUnderWay && nowMs - taken.atMs < COUNTED_FOR_MS) break',
    replace: 'if (taken.isUnderWay) break',
    tests: [LIVE_LIMIT],
  },
]
