/**
 * `npm run test:model`: spin goes through every state of `stage.pml`, the protocol of `tillgate dedup`. The right protocol
 * must have no error, and every step of it must be reached. Of each wrong one, and of each false claim, the checker must
 * find that it is wrong: otherwise it would find nothing in the right one either.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkModel } from './check-model.ts'

/** What is wrong in each variant of the model, by the name that turns it on. */
const WRONG = {
  RESTORE_BEFORE_FENCE: 'restore before fence',
  POSITION_OUTSIDE: 'the position in a transaction of its own',
  ENDTXN_AGAIN: 'EndTxn asked again',
  REUSE_AFTER_ERROR: 'the producer reused after an error',
  ANSWER_UNCHECKED: 'an answer that names no partition taken for an append',
  NEVER_ENDS: 'the claim that five epochs are never enough',
  NEVER_LATE: 'the claim that a late EndTxn never commits',
}

const folder = await mkdtemp(join(tmpdir(), 'tillgate-model-'))
let failures = 0
function tell(isRight: boolean, name: string, { states, seconds }: { states: number; seconds: number }, more: string) {
  if (!isRight) failures++
  console.log(`${isRight ? 'ok  ' : 'FAIL'}  ${name}: ${more}, ${states} states, ${seconds.toFixed(1)} s`)
}

try {
  const right = await checkModel(folder)
  const isWhole = right.errors.length === 0 && right.unreached.length === 0
  tell(
    isWhole,
    'the protocol',
    right,
    [...right.errors, ...right.unreached].join('; ') || 'no error, every step reached',
  )
  for (const [variant, name] of Object.entries(WRONG)) {
    const wrong = await checkModel(folder, variant)
    tell(
      wrong.errors.some((error) => error.startsWith('assertion violated')),
      name,
      wrong,
      wrong.errors.join('; ') || 'NOTHING FOUND',
    )
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.exit(failures === 0 ? 0 : 1)
