/** What always holds. */
export interface Invariant {
  readonly says: string
  /** What enforces it: a line in this file. */
  readonly file: string
  readonly line: string
  /** The deliberate fault that takes the line away, in `test/mutants/mutants.ts`. */
  readonly mutant: string
  /** The test that notices that. */
  readonly test: { readonly file: string; readonly name: string }
}

const LANE = 'src/accumulator/lane.ts'
const BATCH = 'src/accumulator/producer-batch.ts'
const LANE_TEST = 'test/accumulator/lane.test.ts'
const BATCH_TEST = 'test/accumulator/producer-batch.test.ts'
const EVERY_LANE = {
  file: 'test/spec/explore.test.ts',
  name: 'a lane of three records acknowledges what is in the log, in order, and tells each record one outcome',
}
const TABLES = { file: 'test/spec/tables.test.ts', name: 'as its table says' }

export const LANE_INVARIANTS: readonly Invariant[] = [
  {
    says: 'At most one batch of a lane is out, with all its retries',
    file: LANE,
    line: 'if (this.#drainScheduled || this.#batch !== null) return',
    mutant: 'start the next batch of a partition while one is out',
    test: {
      file: LANE_TEST,
      name: 'while a batch is out, through all its retries, nothing else of the partition is sent; the next one fills',
    },
  },
  {
    says: 'Records are sent in the order in which they came, also after they were put back',
    file: LANE,
    line: 'this.#waiting.unshift(...back)',
    mutant: 'put a recalled batch behind what came later',
    test: { file: LANE_TEST, name: 'a recalled batch comes back in front of what came later' },
  },
  {
    says: 'A batch that may be in the log is not recalled',
    file: BATCH,
    line: 'if (this.#attempts > 0) return false',
    mutant: 'recall a batch that was attempted',
    test: { file: BATCH_TEST, name: 'an attempted batch cannot be recalled, and may be attempted again' },
  },
  {
    says: 'A batch that was recalled, or has ended, is never sent',
    file: BATCH,
    line: 'if (this.#recalled || this.#ended) return false',
    mutant: 'batch: send what was recalled',
    test: { file: BATCH_TEST, name: 'a fresh batch can be recalled, and is then never attempted' },
  },
  {
    says: 'A refusal counts for one attempt: the others may be in the log',
    file: BATCH,
    line: 'this.#attempts--',
    mutant: 'batch: take the refusal of one attempt for that of all',
    test: EVERY_LANE,
  },
  {
    says: 'Nothing of a batch that may be in the log is rejected or sent in another batch',
    file: LANE,
    line: "if (attempts > 0 && kind !== 'acknowledged' && kind !== 'unknown')",
    mutant: 'lane: believe that nothing of an attempted batch is in the log',
    test: TABLES,
  },
  {
    says: 'Each record is told one outcome',
    file: LANE,
    line: "if (entry.state === 'settled' || entry.state === 'withdrawn') return",
    mutant: 'lane: tell a withdrawn record a second outcome',
    test: EVERY_LANE,
  },
  {
    says: 'What was withdrawn or settled is not sent again with the batch that is put back',
    file: LANE,
    line: "entries.filter((entry) => entry.state === 'in-flight')",
    mutant: 'lane: put back what was settled when it was closed',
    test: EVERY_LANE,
  },
  {
    says: 'After the lane is closed nothing leaves it',
    file: LANE,
    line: 'this.#waiting = []',
    mutant: 'lane: keep what waits when it is closed',
    test: EVERY_LANE,
  },
  {
    says: 'A receipt has the offset of its own record',
    file: LANE,
    line: 'outcome.baseOffset + BigInt(index)',
    mutant: 'give every record of a batch the offset of the first',
    test: {
      file: 'test/accumulator/accumulator.test.ts',
      name: 'an acknowledged record has the offset that its place in the batch gives it',
    },
  },
  {
    says: 'Behind a record that may be missing, no record of its chain is sent',
    file: LANE,
    line: 'if (entry.isCutOff) {',
    mutant: 'chain: send records behind one that may be missing',
    test: {
      file: 'test/accumulator/chain.test.ts',
      name: 'behind a record whose outcome is unknown no record of its chain is sent, others are',
    },
  },
]

const LOOP = 'src/dedup/own-partition.ts'
const LOOP_TEST = 'test/dedup/own-partition.test.ts'
const SEEDS = {
  file: LOOP_TEST,
  name: 'writes each first occurrence once and each conflict once, whatever is lost, late or killed',
}
const EVERY_STAGE = {
  file: 'test/spec/explore.test.ts',
  name: 'two owners of a partition write each invoice and each conflict once, and refuse nothing',
}

export const STAGE_INVARIANTS: readonly Invariant[] = [
  {
    says: 'Nothing is fetched before the state is restored to its end',
    file: LOOP,
    line: 'const state = await restored(owner, rules)',
    mutant: 'stage: fetch before the state is restored',
    test: SEEDS,
  },
  {
    says: 'The state changes only after the commit',
    file: LOOP,
    line: 'state.apply(step.changes.journals, step.changes.position)',
    mutant: 'stage: change the state before the commit',
    test: SEEDS,
  },
  {
    says: 'The position is in the transaction of what was judged',
    file: LOOP,
    line: 'assertAppended(step.output, await owner.append(step.output))',
    mutant: 'stage: write the position in a transaction of its own',
    test: SEEDS,
  },
  {
    says: 'An answer counts only if it names every topic that was written to, with an offset',
    file: LOOP,
    line: 'if (answer === undefined || answer.baseOffset < 0)',
    mutant: 'stage: take any answer for an append',
    test: { file: LOOP_TEST, name: 'an answer that has no offset for a topic' },
  },
  {
    says: 'EndTxn is asked once',
    file: LOOP,
    line: 'await owner.commit()',
    mutant: 'stage: ask EndTxn again',
    test: SEEDS,
  },
  {
    says: 'After any error nothing of the ownership is used again, neither its producer nor its state',
    file: 'src/dedup/run-partition.ts',
    line: 'owner = await world.open()',
    mutant: 'stage: keep the producer after an error',
    test: SEEDS,
  },
  {
    says: 'No raw record is skipped unseen',
    file: LOOP,
    line: 'if (startOffset > next)',
    mutant: 'stage: begin behind what retention has deleted',
    test: { file: LOOP_TEST, name: 'to go on behind records that retention has deleted' },
  },
  {
    says: 'The raw topic is the one that was judged before',
    file: LOOP,
    line: 'if (found.offset !== last.offset || fingerprintOf(found) !== last.fingerprint)',
    mutant: 'stage: go on in another topic with the same name',
    test: {
      file: LOOP_TEST,
      name: 'a raw topic that reaches beyond the position, but has another record before it',
    },
  },
  {
    says: 'No raw record is judged twice',
    file: 'src/dedup/judge.ts',
    line: 'if (offset < this.#next) throw',
    mutant: 'stage: judge a record twice',
    test: { file: 'test/dedup/judge.test.ts', name: 'refuses to judge a record twice' },
  },
  {
    says: 'The position never goes back',
    file: 'src/dedup/partition-state.ts',
    line: 'if (position.next < this.#position.next) throw',
    mutant: 'stage: let the position go back',
    test: { file: LOOP_TEST, name: 'a position that goes back' },
  },
  {
    says: 'A partition is refused only by a state that no other owner has made old',
    file: LOOP,
    line: 'throw position.next === state.position.next ? error : new Fenced()',
    mutant: 'stage: refuse by a state that another owner has made old',
    test: EVERY_STAGE,
  },
]
