import assert from 'node:assert/strict'
import { Draft } from '../../../src/dedup/judge.ts'
import { PartitionState } from '../../../src/dedup/partition-state.ts'
import { POSITION_KEY, positionIn } from '../../../src/dedup/position.ts'
import { type Random, randomFrom } from '../../harness/random.ts'
import { judgeNaively } from '../naive-judge.ts'
import { rawRecord } from '../raw-records.ts'
import { RULES, World } from './world.ts'

/** What happened in a run. */
export interface SeedResult {
  readonly raw: number
  readonly unique: number
  readonly conflicts: number
  readonly deaths: number
}

const START_MS = Date.UTC(2026, 0, 1)
/** More steps than any run needs: a loop that makes no progress fails. */
const MAX_CALM_STEPS = 2_000

/**
 * One run: up to three processes for one partition, which die, hang and are started anew while requests are lost and
 * late; then one process and no more faults. Rejects unless the log is what it must be.
 */
export async function runSeed(seed: number): Promise<SeedResult> {
  const random = randomFrom(seed)
  const world = new World(random)
  const alive = [world.start()]
  let deaths = 0
  for (let step = 20 + random.below(60); step > 0; step--) {
    sendSome(world, random)
    if (random.below(12) === 0 && alive.length < 3) alive.push(world.start())
    if (random.below(15) === 0 && alive.length > 0) {
      world.kill(alive.splice(random.below(alive.length), 1)[0]!)
      deaths++
    }
    if (random.below(25) === 0) world.log.timeOut()
    if (random.below(10) === 0) world.deleteJudged()
    world.step(true)
    await turn()
  }
  for (const process of alive) world.kill(process)
  // Nothing is lost in this world: there is no reason to give a partition up.
  assert.deepEqual(world.refusals, [])
  await judgeTheRest(world)
  return judgeWorld(world, deaths)
}

async function judgeTheRest(world: World): Promise<void> {
  world.forgetState()
  const last = world.start()
  let failure: unknown
  last.ended.catch((error: unknown) => {
    failure = error
  })
  const end = (world.raw.at(-1)?.offset ?? -1) + 1
  for (let step = 0; step < MAX_CALM_STEPS; step++) {
    await turn()
    if (failure !== undefined) throw failure
    if (world.hasRequests && world.state !== undefined && world.state.position.next >= end) break
    world.step(false)
  }
  last.stopping.abort()
  for (let step = 0; world.hasRequests && step < MAX_CALM_STEPS; step++) {
    world.step(false)
    await turn()
  }
  await last.ended
  assert.equal(world.state?.position.next ?? 0, end, 'not everything was judged')
}

function judgeWorld(world: World, deaths: number): SeedResult {
  const verdicts = judgeNaively(world.raw, RULES.idleMs)
  const offsets = (isWanted: (kind: string) => boolean) =>
    world.raw.filter((_, index) => isWanted(verdicts[index]!.kind)).map(({ offset }) => offset)
  const unique = world.committed('unique')
  const conflicts = world.committed('conflicts')
  const firsts = offsets((kind) => kind === 'first')
  assert.deepEqual(unique.map(rawOffsetOf), firsts)
  const isConflict = (kind: string) => kind === 'other-content' || kind === 'uncompared'
  assert.deepEqual(conflicts.map(rawOffsetOf), offsets(isConflict))
  const valueAt = new Map(world.raw.map(({ offset, value }) => [offset, value]))
  for (const record of [...unique, ...conflicts]) assert.equal(record.value, valueAt.get(rawOffsetOf(record)))

  const journals = world.committed('journals')
  const positions = journals
    .filter(({ key }) => key?.toString() === POSITION_KEY)
    .map(({ value }) => positionIn(value!).next)
  for (const [index, next] of positions.entries()) assert.ok(index === 0 || next > positions[index - 1]!)
  const restored = new PartitionState(RULES)
  for (const { key, value } of journals) restored.restore(key, value)
  assert.deepEqual(restored.snapshot(), recomputed(world).snapshot())
  return { raw: world.raw.length, unique: unique.length, conflicts: conflicts.length, deaths }
}

function recomputed({ raw }: World): PartitionState {
  const state = new PartitionState(RULES)
  for (const record of raw) {
    const draft = new Draft(state)
    draft.judge(record)
    const { journals, position } = draft.changes()
    state.apply(journals, position)
  }
  return state
}

const rawOffsetOf = ({ headers }: { headers: Readonly<Record<string, unknown>> }) => Number(headers['pos-raw-offset'])

/** Tills append to the raw topic: new invoices, the same again, and other content with an old number. */
function sendSome({ raw }: World, random: Random): void {
  for (let count = random.below(3); count > 0; count--) {
    const sent = {
      journal: random.below(2),
      sequenceNumber: 1 + random.below(12),
      content: random.below(4) === 0 ? 1 : 0,
      writing: random.below(2),
      clockErrorMs: 0,
      isForeign: random.below(20) === 0,
    }
    raw.push(rawRecord(sent, (raw.at(-1)?.offset ?? -1) + 1, START_MS + raw.length))
  }
}

/** Until everything that the last step has set free waits again. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
