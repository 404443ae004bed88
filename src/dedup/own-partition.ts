import { DamagedValue } from './damaged-value.ts'
import { nextStep, type Output, type OutputTopic, type Step, type StepLimits } from './output.ts'
import { type Appended, Fenced, type Fetched, type Ownership } from './ownership.ts'
import { PartitionState, type StateRules } from './partition-state.ts'
import type { Position } from './position.ts'
import { fingerprintOf } from './raw-record.ts'
import { Refusal } from './refusal.ts'

export interface PartitionRules extends StateRules, StepLimits {}

/** What the loop tells about its work. */
export interface Watcher {
  /** The state is complete; from now on records are judged. */
  restored(state: PartitionState): void
  /** A fetch was answered. `lag`: how many offsets are left to judge. */
  fetched(lag: number): void
  committed(step: Step, state: PartitionState): void
}

/**
 * The loop of one partition under one ownership. In this order, always:
 *
 * 1. The ownership is there: every earlier owner is fenced, and its transaction has ended.
 * 2. Restore `.journals` to its end. Nothing is fetched before: a record would be judged against half a state.
 * 3. Fetch from the restored position, if the record before it is the one that was judged.
 * 4. Judge on a copy of the state.
 * 5. Append everything, the position too, check the answer, commit. Only then the state changes.
 *
 * Resolves when `signal` aborts, between two transactions. Rejects at the first error: then the caller must drop this
 * ownership and begin anew with another. A `Refusal` cannot be mended by that: the position is still the one that was
 * restored.
 */
export async function ownPartition(
  owner: Ownership,
  rules: PartitionRules,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<void> {
  const state = await restored(owner, rules)
  try {
    await judgeFrom(owner, state, { rules, watcher, signal })
  } catch (error) {
    // Another owner may have written since the restore. Then this state is old, and what contradicts it proves nothing.
    if (!(error instanceof Refusal)) throw error
    const { position } = await restored(owner, rules)
    throw position.next === state.position.next ? error : new Fenced()
  }
}

async function restored(owner: Ownership, rules: PartitionRules): Promise<PartitionState> {
  const state = new PartitionState(rules)
  try {
    await owner.restore((key, value) => state.restore(key, value))
  } catch (error) {
    if (error instanceof DamagedValue) throw new Refusal(`.journals is damaged: ${error.message}`)
    throw error
  }
  return state
}

interface Surroundings {
  readonly rules: PartitionRules
  readonly watcher: Watcher
  readonly signal: AbortSignal
}

async function judgeFrom(owner: Ownership, state: PartitionState, surroundings: Surroundings): Promise<void> {
  const { watcher, signal } = surroundings
  if (!state.hasPosition && (await owner.hasUnique()))
    throw new Refusal(
      '.journals is empty, but .unique is not: with its state lost, every invoice would be written again',
    )
  await assertSameTopic(owner, state.position)
  watcher.restored(state)
  let { next } = state.position
  while (!signal.aborted) {
    const fetched = await owner.fetch(next)
    if (!state.hasPosition && fetched.startOffset > next) {
      next = fetched.startOffset // nothing was ever judged: what is left is all there is to judge
      continue
    }
    assertNothingMissed(fetched, next)
    watcher.fetched(fetched.endOffset - next)
    await judgeAll(owner, state, fetched, surroundings)
    // Offsets without records move no position that is worth a transaction.
    next = Math.max(state.position.next, fetched.records.length === 0 ? fetched.nextOffset : 0)
  }
}

/**
 * Throws if the record that was judged last is another one now: then all the records before it are, too, and some were
 * never judged. What retention has deleted cannot be compared.
 */
async function assertSameTopic(owner: Ownership, { last }: Position): Promise<void> {
  if (last === null) return
  const fetched = await owner.fetch(last.offset)
  if (fetched.kind === 'out-of-range' || fetched.startOffset > last.offset) return
  const [found] = fetched.records
  if (found === undefined) throw new Error(`record ${last.offset} of the raw topic cannot be read yet`)
  if (found.offset !== last.offset || fingerprintOf(found) !== last.fingerprint)
    throw new Refusal(
      `record ${last.offset} of the raw topic is not the one that was judged: it is another topic, or has lost records`,
    )
}

type Found = Extract<Fetched, { kind: 'records' }>

/** Throws if records from the position on were deleted, or are not those that were judged up to there. */
function assertNothingMissed(fetched: Fetched, next: number): asserts fetched is Found {
  const { startOffset, endOffset } = fetched
  if (startOffset > next)
    throw new Refusal(
      `records ${next} to ${startOffset - 1} were deleted before they were judged: retention is too short`,
    )
  if (fetched.kind === 'out-of-range')
    throw new Refusal(`the position ${next} is behind the end ${endOffset} of the raw topic: it is not the same topic`)
  const first = fetched.records[0]
  if (first !== undefined && first.offset < next)
    throw new Refusal(`a fetch from ${next} brought the record ${first.offset}`)
}

async function judgeAll(
  owner: Ownership,
  state: PartitionState,
  { records, nextOffset }: Found,
  { rules, watcher, signal }: Surroundings,
): Promise<void> {
  for (let from = 0; from < records.length && !signal.aborted; ) {
    const step = nextStep(state, { records, from, nextOffset }, rules)
    assertAppended(step.output, await owner.append(step.output))
    await owner.commit()
    state.apply(step.changes.journals, step.changes.position)
    watcher.committed(step, state)
    from = step.end
  }
}

/** An answer counts only if it names every topic that was written to, with an offset. */
function assertAppended(output: Output, appended: readonly Appended[]): void {
  for (const topic of Object.keys(output) as OutputTopic[]) {
    if (output[topic].length === 0) continue
    const answer = appended.find((one) => one.topic === topic)
    if (answer === undefined || answer.baseOffset < 0)
      throw new Error(`the answer does not say that .${topic} was written`)
  }
}
