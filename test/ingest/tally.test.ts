import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { Outcome } from '../../src/accumulator/outcome.ts'
import { UploadWindow } from '../../src/admission/upload-window.ts'
import { PROBLEMS, Problem, type ProblemSlug } from '../../src/errors.ts'
import { createKeyBinding } from '../../src/ingest/idempotency-keys.ts'
import { createIngest, type IngestDeps } from '../../src/ingest/invoice.ts'
import { Tally, tallied } from '../../src/ingest/tally.ts'
import { createIngestUpload } from '../../src/ingest/upload.ts'
import { sampleInvoice } from '../invoice/generate.ts'
import { mainThreadReader } from './main-thread-reader.ts'

/** What happens to an invoice at the seams of the flows: what it is, what is known of it, what Kafka says of it. */
const FATES = [
  'stored',
  'replayed',
  'conflict',
  'no-json',
  'no-invoice',
  'over-quota',
  'known-fails',
  'quota-fails',
  'append-fails',
  'rejected',
  'unknown',
] as const
type Fate = (typeof FATES)[number]

type Step =
  | { readonly kind: 'single'; readonly fate: Fate }
  | { readonly kind: 'upload'; readonly fates: readonly Fate[]; readonly hasRoom: boolean; readonly isRead: boolean }
  /** Kafka answers one that is in flight. */
  | { readonly kind: 'answer' }

const fate = fc.constantFrom(...FATES)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('single' as const), fate }),
    fc.record({
      kind: fc.constant('upload' as const),
      fates: fc.array(fate, { minLength: 1, maxLength: 6 }),
      hasRoom: fc.boolean(),
      isRead: fc.boolean(),
    }),
    fc.constant({ kind: 'answer' as const }),
  ),
  { maxLength: 25 },
)

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Both flows over seams that do what the fate of each invoice wants, and what tills were told. */
class World {
  readonly tally = new Tally()
  readonly told = { acknowledged: 0, replayed: 0, rejected: 0, unknown: 0 }
  /** What has come and has no answer yet. */
  waiting = 0
  readonly #inFlight: (() => void)[] = []
  #fates = new Map<number, Fate>()
  #numbers = 0
  readonly #flows = tallied(this.#makeFlows(), this.tally)

  #makeFlows() {
    const reader = mainThreadReader()
    const fateOf = (number: number) => this.#fates.get(number) as Fate
    const shared: Pick<IngestDeps, 'topic' | 'partitionOf' | 'known' | 'takeQuota' | 'accumulator'> = {
      topic: 'invoices',
      partitionOf: () => 0,
      known: {
        find: (_id, { sequenceNumber }) => {
          const fate = fateOf(sequenceNumber)
          if (fate === 'known-fails') throw new Error('known')
          if (fate === 'replayed') return { kind: 'same', offset: '1', receivedAtMs: 0 }
          return { kind: fate === 'conflict' ? 'other' : 'new' }
        },
      },
      takeQuota: ({ sequenceNumber }) => {
        const fate = fateOf(sequenceNumber)
        if (fate === 'quota-fails') throw new Error('quota')
        return fate === 'over-quota' ? new Problem('quota-exceeded', '') : null
      },
      accumulator: {
        append: (record) => {
          const fate = fateOf(Number(record.headers.ce_id))
          if (fate === 'append-fails') throw new Error('append')
          return new Promise<Outcome>((resolve) => {
            this.#inFlight.push(() => {
              if (fate === 'rejected') resolve({ kind: 'rejected', reason: 'stalled' })
              else if (fate === 'unknown') resolve({ kind: 'unknown', reason: 'deadline' })
              else resolve({ kind: 'acknowledged', record, partition: 0, offset: '7' })
            })
          })
        },
      },
    }
    return {
      ingest: createIngest({
        ...shared,
        arithmetic: () => 'strict',
        onLive: () => {},
        keys: createKeyBinding(),
        inlineBytes: 65_536,
        reader,
      }),
      ingestUpload: createIngestUpload({
        ...shared,
        reader,
        window: new UploadWindow({ maxRecords: 1_000, share: 1, now: () => 0 }),
        timeoutMs: 1_000,
        overheadBytes: 1,
      }),
    }
  }

  #bodyOf(fate: Fate): string {
    const sequenceNumber = ++this.#numbers
    this.#fates.set(sequenceNumber, fate)
    if (fate === 'no-json') return '{'
    if (fate === 'no-invoice') return '{}'
    return JSON.stringify(sampleInvoice({ ...JOURNAL, terminalId: `T${sequenceNumber}`, sequenceNumber }))
  }

  #tell(error: unknown, invoices = 1): void {
    const slug: ProblemSlug = error instanceof Problem ? error.slug : 'internal-error'
    this.told[PROBLEMS[slug].outcome] += invoices
    this.waiting -= invoices
  }

  #store(isReplay: boolean): void {
    this.told[isReplay ? 'replayed' : 'acknowledged']++
    this.waiting--
  }

  take(step: Step): void {
    if (step.kind === 'answer') this.#inFlight.shift()?.()
    else if (step.kind === 'single') this.#single(step.fate)
    else this.#upload(step)
  }

  #single(fate: Fate): void {
    this.waiting++
    const request = { ...REQUEST, body: Buffer.from(this.#bodyOf(fate)), reservation: reservation(true) }
    this.#flows.ingest(request).then(
      ({ isReplay }) => this.#store(isReplay),
      (error) => this.#tell(error),
    )
  }

  #upload({ fates, hasRoom, isRead }: Extract<Step, { kind: 'upload' }>): void {
    const lines = fates.map((fate) => this.#bodyOf(fate)).join('\n')
    // One that is not read, or that has no room, is none that was received.
    const invoices = isRead && hasRoom ? fates.length : 0
    this.waiting += invoices
    const body = new Uint8Array(Buffer.from(lines))
    const coding = isRead ? 'identity' : 'gzip'
    const request = { ...REQUEST, body, coding, framing: 'lines', reservation: reservation(hasRoom) } as const
    this.#flows.ingestUpload(request).then(
      (answers) => {
        for (const answer of answers) {
          if (answer.kind === 'receipt') this.#store(answer.isReplay)
          else this.#tell(answer.problem)
        }
      },
      (error) => this.#tell(error, invoices),
    )
  }

  assertBalanced(): void {
    const { received, inFlight, ...settled } = this.tally.balance
    assert.deepEqual(settled, this.told)
    assert.equal(inFlight, this.waiting)
    const { acknowledged, replayed, rejected, unknown } = settled
    assert.equal(received, acknowledged + replayed + rejected + unknown + inFlight)
  }

  async settle(): Promise<void> {
    for (let i = 0; i < 20 && (this.waiting > 0 || this.#inFlight.length > 0); i++) {
      for (const answer of this.#inFlight.splice(0)) answer()
      await turn()
    }
  }
}

const JOURNAL = { storeId: 'S1', journalId: 'J1' }

const REQUEST = {
  receivedAt: new Date('2026-03-14T16:05:10.123Z'),
  traceparent: undefined,
  expectedIdentity: undefined,
  principal: null,
  idempotencyKey: undefined,
}

const reservation = (hasRoom: boolean) => ({
  sizeBytes: 1,
  retain: () => {},
  release: () => {},
  resize: () => hasRoom,
})

suite('the balance of invoices', () => {
  test('holds after each step, whatever fails and whenever Kafka answers', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        const world = new World()
        for (const step of steps) {
          world.take(step)
          await turn()
          world.assertBalanced()
        }
        await world.settle()
        world.assertBalanced()
        assert.equal(world.tally.figures.inFlight, 0)
      }),
      { numRuns: 60 },
    )
  })

  test('counts what a till was told: a failure in code is unknown, for all invoices of an upload', async () => {
    const world = new World()
    world.take({ kind: 'single', fate: 'stored' })
    world.take({ kind: 'single', fate: 'replayed' })
    world.take({ kind: 'single', fate: 'append-fails' })
    world.take({
      kind: 'upload',
      fates: ['stored', 'no-invoice', 'quota-fails', 'stored'],
      hasRoom: true,
      isRead: true,
    })
    world.take({ kind: 'upload', fates: ['stored', 'rejected'], hasRoom: true, isRead: true })
    await turn()
    await world.settle()
    const { problems, ...figures } = world.tally.figures
    assert.deepEqual(figures, { received: { single: 3, upload: 6 }, acknowledged: 2, replayed: 1, inFlight: 0 })
    assert.deepEqual(
      [problems['internal-error'], problems['kafka-unavailable'], problems['invalid-invoice']],
      [5, 1, 0],
    )
  })
})
