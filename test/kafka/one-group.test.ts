import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { asOneGroup } from '../../src/kafka/one-group.ts'

type Message = { readonly value: string; readonly partition: number }
type Group = (options: {
  topic: string
  partitionMetadata: object[]
  messages: Message[]
  partitioner: (options: { message: Message }) => number
}) => Record<string, Message[]>

const group: Group = createRequire(import.meta.url)('kafkajs/src/producer/groupMessagesPerPartition')

/** What kafkajs makes of the messages, and how often it asked for a partition. */
function grouped(messages: Message[]) {
  let asked = 0
  const partitioner = ({ message }: { message: Message }) => {
    asked++
    return message.partition
  }
  const groups = group({ topic: 'invoices', partitionMetadata: [{}], messages, partitioner })
  return { groups, asked }
}

describe('asOneGroup', () => {
  for (const count of [1, 2, 500]) {
    it(`has kafkajs make the same groups of ${count} messages, and copy none of them`, () => {
      const messages = Array.from({ length: count }, (_, i) => ({ value: String(i), partition: 4 }))
      const { groups: expected, asked: askedBefore } = grouped([...messages])
      assert.equal(askedBefore, count)

      const ours = asOneGroup([...messages])
      const { groups, asked } = grouped(ours)
      assert.deepEqual(Object.entries(groups), [['4', ours]])
      assert.deepEqual(
        (groups['4'] as Message[]).map(({ value }) => value),
        (expected['4'] as Message[]).map(({ value }) => value),
      )
      assert.equal(asked, 1)
      assert.equal(groups['4'], ours)
    })
  }

  it('leaves the list what it was', () => {
    const messages = [{ value: 'a', partition: 0 }]
    assert.equal(asOneGroup(messages), messages)
    assert.deepEqual(Object.keys(messages), ['0'])
    assert.deepEqual(
      messages.map(({ value }) => value),
      ['a'],
    )
  })
})
