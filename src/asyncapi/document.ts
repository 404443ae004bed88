import packageJson from '../../package.json' with { type: 'json' }
import type { OutputTopic } from '../dedup/output.ts'
import { BINDING_VERSION, messages } from './messages.ts'
import { SCHEMAS } from './schemas.ts'

const description = `What Tillgate writes to Apache Kafka, for those who read it.

An AsyncAPI document describes an application: here Tillgate, which **sends**. Whoever reads the topics receives what
its operations send. What Tillgate reads of its own topics is not listed, and nobody else may write to them.

**Which topic.** \`.unique\` has every invoice exactly once. The raw topic has every invoice that was answered 2xx at least
once; the record of an identity with the lowest offset in its partition is the invoice. The identity is in \`ce_source\` and
\`ce_id\`.

**Keys and partitions.** The key is the store, so all records of a store are in one partition, in order. All four topics
have \`KAFKA_PARTITIONS\` partitions, and a record of \`.unique\`, \`.conflicts\` or \`.journals\` has the partition number of
its raw record.

**Isolation.** Read with \`isolation.level=read_committed\`: all topics but the raw one are written in transactions.

**Headers** are UTF-8 text. Others may be added: ignore those that you do not know.`

interface Channel {
  readonly address: string
  readonly title: string
  readonly description: string
  readonly cleanupPolicy: 'delete' | 'compact'
  readonly messages: readonly (keyof ReturnType<typeof messages>)[]
}

/** By the name in `#/channels`. */
const CHANNELS: Readonly<Record<'raw' | OutputTopic, Channel>> = {
  raw: {
    address: '{topic}',
    title: 'Raw topic',
    description: 'Every invoice that was answered 2xx, at least once. Written by the gateways.',
    cleanupPolicy: 'delete',
    messages: ['Invoice'],
  },
  unique: {
    address: '{topic}.unique',
    title: 'Each invoice once',
    description: 'The first record of each identity, in the order of the raw topic. Written by `tillgate dedup`.',
    cleanupPolicy: 'delete',
    messages: ['UniqueInvoice'],
  },
  conflicts: {
    address: '{topic}.conflicts',
    title: 'Conflicts',
    description: 'Two documents with one number: each later one, once. Written by `tillgate dedup`.',
    cleanupPolicy: 'delete',
    messages: ['Conflict'],
  },
  journals: {
    address: '{topic}.journals',
    title: 'Journals',
    description:
      'What `tillgate dedup` remembers, for itself and for the gateways. Not for others: its form may change.',
    cleanupPolicy: 'compact',
    messages: ['JournalState', 'Position'],
  },
}

const OPERATIONS = {
  sendInvoices: { channel: 'raw', summary: 'A gateway stores an invoice, and answers the till once it is stored.' },
  sendUnique: { channel: 'unique', summary: '`tillgate dedup` copies the first record of an identity.' },
  sendConflicts: { channel: 'conflicts', summary: '`tillgate dedup` copies a record whose number was taken.' },
  sendJournals: { channel: 'journals', summary: '`tillgate dedup` notes what it has judged, in the same transaction.' },
} as const

/**
 * The AsyncAPI 3 document of the topics: the same for every instance. It refers to `invoice.schema.json` beside it, and
 * stands on its own otherwise.
 */
export function asyncapiDocument(): object {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tillgate',
      version: packageJson.version,
      description,
      license: { name: 'Apache 2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: { kafka: server('kafka', 'in clear'), 'kafka-secure': server('kafka-secure', 'over TLS') },
    channels: mapped(CHANNELS, channel),
    operations: mapped(OPERATIONS, operation),
    components: { messages: messages(), schemas: SCHEMAS },
  }
}

function server(protocol: string, how: string): object {
  return {
    host: '{broker}',
    protocol,
    description: `The brokers of your cluster, ${how}. Who may read is their matter.`,
    variables: {
      broker: { default: 'localhost:9092', description: 'A broker, as in `KAFKA_BROKERS`: host:port.' },
    },
  }
}

function channel({ address, title, description, cleanupPolicy, messages }: Channel): object {
  return {
    address,
    title,
    description,
    parameters: { topic: { default: 'pos.invoices', description: '`KAFKA_TOPIC` of the gateways.' } },
    messages: Object.fromEntries(messages.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    bindings: {
      kafka: { topicConfiguration: { 'cleanup.policy': [cleanupPolicy] }, bindingVersion: BINDING_VERSION },
    },
  }
}

function operation({ channel, summary }: { channel: keyof typeof CHANNELS; summary: string }): object {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${channel}` },
    summary,
    messages: CHANNELS[channel].messages.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
  }
}

function mapped<T>(entries: Readonly<Record<string, T>>, map: (value: T) => object): object {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, map(value)]))
}
