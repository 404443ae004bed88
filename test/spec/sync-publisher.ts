import type { BatchOutcome, ProducerBatch } from '../../src/accumulator/producer-batch.ts'
import type { Publisher } from '../../src/accumulator/publisher.ts'

/** A publisher whose answer is taken within `answer`, so that what the lane throws comes out there. */
export class SyncPublisher implements Publisher {
  readonly lastAnswerAtMs = 0
  /** The batch that was not answered for. */
  out: { batch: ProducerBatch; take: (outcome: BatchOutcome) => void } | undefined
  published = 0

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  refusalOf(): null {
    return null
  }

  publish(batch: ProducerBatch): Promise<BatchOutcome> {
    this.published++
    const promise = {
      // biome-ignore lint/suspicious/noThenProperty: it stands for a promise
      then: (take: (outcome: BatchOutcome) => void) => {
        this.out = { batch, take }
      },
    }
    return promise as unknown as Promise<BatchOutcome>
  }

  answer(outcome: BatchOutcome): void {
    const { batch, take } = this.out!
    this.out = undefined
    batch.end()
    take(outcome)
  }
}
