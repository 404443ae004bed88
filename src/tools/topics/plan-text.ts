import { count } from '../terminal/count.ts'
import { table } from '../terminal/table.ts'
import { BROKER_BUSY, DEDUP_RATE, DISK_FULL, type Plan, RECORD_OVERHEAD_BYTES } from './plan.ts'

/** A plan in words: each number in a line with its reason. */
export function planText(plan: Plan): string {
  const { input, settings } = plan
  const { stores, brokers } = input
  const load: Row[] = [
    [
      'invoices',
      `${rate(plan.invoicesMean)} mean, ${rate(plan.invoicesAtPeak)} peak`,
      `${count(input.invoicesPerDay)} a day; peak factor ${count(input.peakFactor)}: busiest minute of the year over the mean of a normal day`,
    ],
    [
      'record',
      `${count(plan.recordBytes)} bytes`,
      `invoice ${count(input.invoiceBytes)}, key and headers ${RECORD_OVERHEAD_BYTES}`,
    ],
  ]
  const topic: Row[] = [
    [
      'partitions',
      count(plan.partitions),
      `${plan.partitionsPerBroker} a broker. FIXED for the topic's life: it decides which partition a store has, and so its order`,
    ],
    [
      '',
      '',
      `room to grow: with ${count(plan.brokersAtMost)} brokers each still leads 3, the least that keeps it busy`,
    ],
    ['', '', 'no more: they would make smaller batches of the same invoices, and each batch costs the brokers'],
    [
      '',
      '',
      `${count(stores / plan.partitions)} stores each by hash; the fullest about ${count(plan.fullestPartition)} x the mean, ${rate(plan.fullestPartitionAtPeak)} at the peak`,
    ],
    [
      'replication factor',
      String(plan.replicationFactor),
      'any one broker may be lost without losing an invoice or the service',
    ],
    ...settings.map(({ name, value, why }): Row => [name, value, why]),
  ]
  const broker: Row[] = [
    [
      'disk',
      bytes(plan.diskBytes),
      `${bytes(plan.diskUsedBytes)} used: retention and a day, ${plan.dedup === null ? '' : 'the invoices and .unique, '}${plan.replicationFactor} replicas over ${count(brokers)} brokers; at most ${DISK_FULL * 100} % full, for busy weeks and moving replicas`,
    ],
    [
      'network in',
      `${bytes(plan.networkInBytes)}/s`,
      'at the peak with one broker lost: what it leads from gateways, the rest from its leaders',
    ],
    [
      'network out',
      `${bytes(plan.networkOutBytes)}/s`,
      `at the peak with one broker lost: to its followers${plan.dedup === null ? '' : ', tillgate dedup'} and one consumer group${plan.dedup === null ? '' : ' of .unique'}; each further group ${bytes(plan.consumerGroupBytes)}/s`,
    ],
    [
      'processor',
      `${cores(plan.brokerCpuCores)} cores`,
      `at the peak with one broker lost: ${count(input.brokerCpuMicroseconds)} us an invoice of leader and followers (measured where each is alone in its batch, the dearest); at most ${BROKER_BUSY * 100} % of its ${count(input.brokerCores)} cores, the rest for consumers, restarts and growth`,
    ],
  ]
  const gateways: Row[] = [
    [
      'gateways',
      count(plan.gateways),
      `${rate(input.gatewayRate)} each (less than half of a core where it was measured: measure yours with tillgate simulate), and one may be down`,
    ],
    ['', '', `every one with KAFKA_PARTITIONS=${plan.partitions}; another number never becomes ready`],
  ]
  const sections: [string, Row[]][] = [
    ['Load', load],
    ['Topic', topic],
    [`Each of ${count(brokers)} brokers`, broker],
    ['Gateways', gateways],
    ...(plan.dedup === null ? [] : [['tillgate dedup', dedupRows(plan)] as [string, Row[]]]),
  ]
  const lines = table(sections.flatMap(([, rows]) => rows)).split('\n')
  return sections
    .map(([title, { length }]) => [title, ...lines.splice(0, length).map(indented)].join('\n'))
    .join('\n\n')
}

/** Its topics, with the settings in which each differs from the topic of the invoices. */
function dedupRows({ settings, partitions, invoicesAtPeak, dedup }: Plan): Row[] {
  const asRaw = new Map(settings.map(({ name, value }) => [name, value]))
  const topics = Object.entries(dedup?.topics ?? {}).flatMap(([kind, own]): Row[] => [
    [
      `.${kind}`,
      count(partitions),
      'partitions, as the topic of the invoices; its replicas and settings, too, except:',
    ],
    ...own
      .filter(({ name, value }) => asRaw.get(name) !== value)
      .map(({ name, value, why }): Row => [name, value, why]),
  ])
  const processes = count(dedup?.processes ?? 0)
  return [
    ...topics,
    [
      'processes',
      processes,
      `${rate(invoicesAtPeak)} at the peak, ${rate(DEDUP_RATE)} planned for each: half of what a core does. Lost ones come back: more are not needed`,
    ],
    ['', '', `each with its own share of the partitions: --shard 0/${processes} and so on`],
  ]
}

/** Name, value, reason. */
type Row = readonly [string, string, string]

const indented = (line: string) => `  ${line}`
const cores = (number: number) => count(Number(number.toPrecision(2)))
const rate = (perSecond: number) => `${count(perSecond < 10 ? perSecond : Math.round(perSecond))}/s`

function bytes(number: number): string {
  const [size, unit] = (
    [
      [1e12, 'TB'],
      [1e9, 'GB'],
      [1e6, 'MB'],
    ] as const
  ).find(([size]) => number >= size) ?? [1e3, 'kB']
  return `${count(Number((number / size).toPrecision(3)))} ${unit}`
}
