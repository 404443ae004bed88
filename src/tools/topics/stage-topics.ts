import type { CheckResult, LiveTopic, Needs } from './check.ts'
import { judge, judgeTopic } from './check.ts'
import { type Setting, topicSettings } from './settings.ts'
import type { RackedBroker } from './spread.ts'

/** The topics that `tillgate dedup` writes, by the end of their names. */
export const STAGE_TOPICS = ['unique', 'conflicts', 'journals'] as const

export type StageTopic = (typeof STAGE_TOPICS)[number]

/** The most that a record is larger in `.unique` or `.conflicts` than in the raw topic: its headers. */
const MORE_BYTES = 1_024

/** A topic for each of them beside a raw topic with these replicas, whose invoices stay for so long. */
export function stageTopicSettings(kind: StageTopic, replicationFactor: number, retentionDays: number): Setting[] {
  const settings = topicSettings(replicationFactor, retentionDays).map((setting) =>
    setting.name === 'max.message.bytes'
      ? {
          ...setting,
          value: String(Number(setting.value) + MORE_BYTES),
          why: 'as the raw topic, and the headers that dedup adds',
        }
      : setting,
  )
  if (kind !== 'journals') return settings
  const kept = settings.filter(
    ({ name }) => !name.startsWith('retention.') && !OF_JOURNALS.some((own) => own.name === name),
  )
  return [...kept, ...OF_JOURNALS]
}

const OF_JOURNALS: readonly Setting[] = [
  { name: 'cleanup.policy', value: 'compact', why: 'the latest state of each journal stays, however old it is' },
  {
    name: 'segment.bytes',
    value: String(64 * 2 ** 20),
    why: 'the last segment is never compacted: with the usual 1 GB a start would read all of it',
  },
  { name: 'segment.ms', value: String(6 * 3_600_000), why: 'what is older than six hours can be compacted' },
  { name: 'min.cleanable.dirty.ratio', value: '0.1', why: 'compacted soon, so that a start reads little twice' },
]

/** What `judgeTopic` asks only of a topic with invoices. */
const NOT_OF_JOURNALS = new Set(['cleanup.policy', 'retention.ms', 'retention.bytes'])

/** `judgeTopic` for one of these topics. */
export function judgeStageTopic(
  kind: StageTopic,
  topic: LiveTopic | 'missing' | 'offline',
  brokers: readonly RackedBroker[] | undefined,
  needs: Needs,
): CheckResult[] {
  if (topic === 'missing')
    return [{ level: 'wrong', what: 'topic', found: 'missing', why: 'create it with tillgate topics create --dedup' }]
  const largestRecordBytes = needs.largestRecordBytes + MORE_BYTES
  const results = judgeTopic(topic, brokers, { ...needs, largestRecordBytes })
  if (kind !== 'journals' || topic === 'offline') return results
  const cleanup = topic.settings['cleanup.policy'] as string
  return [
    ...results.filter(({ what }) => !NOT_OF_JOURNALS.has(what)),
    judge('cleanup.policy', cleanup, [
      ['wrong', cleanup.includes('delete'), 'compact: a deleted state lets repeats in again'],
      ['warning', cleanup !== 'compact', 'compact'],
    ]),
  ]
}
