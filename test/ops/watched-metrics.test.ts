import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type KafkaCluster, startKafka } from '../../dev/kafka/cluster.ts'
import { eventually } from '../../dev/kafka/eventually.ts'
import { readConfig } from '../../src/config.ts'
import { type Stage, startStage } from '../../src/dedup-stage.ts'
import type { Gateway } from '../../src/gateway.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { createStageTopics } from '../harness/dedup.ts'
import { scrape } from '../harness/exchange.ts'
import { type Load, startLoad } from '../harness/load.ts'
import { type Prometheus, startPrometheus } from '../harness/prometheus.ts'
import { startTestGateway } from '../harness/run.ts'
import { dashboardQueries, rules, type Selector, selectorsIn } from '../harness/watched.ts'

const DEADLINE_MS = 30_000
const TOPIC = 'sales'
const PARTITIONS = 2

let kafka: KafkaCluster
let gateway: Gateway
let stage: Stage
let load: Load
let prometheus: Prometheus

before(async () => {
  kafka = await startKafka()
  await createStageTopics(kafka, TOPIC, PARTITIONS)
  const KAFKA_PARTITIONS = String(PARTITIONS)
  const settings = { KAFKA_PARTITIONS, JOURNALS_TOPIC: `${TOPIC}.journals` }
  gateway = await startTestGateway(kafka.bootstrap, TOPIC, settings)
  const environment = { KAFKA_BROKERS: kafka.bootstrap.join(), KAFKA_TOPIC: TOPIC, KAFKA_PARTITIONS, ADMIN_PORT: '0' }
  stage = await startStage(
    readConfig(environment),
    { partitions: [0, 1], idleMs: 86_400_000, maxRecords: 100 },
    createLogger('silent'),
  )
  await gateway.ready
  load = startLoad({ url: gateway.url, tills: 4, uploaders: 1, stores: 4 })
  await load.more(500)
  prometheus = await startPrometheus({ gateways: gateway.adminUrl, dedup: stage.adminUrl })
  await eventually('dedup judges', DEADLINE_MS, 50, async () => {
    return (await scrape(stage.adminUrl, 'tillgate_dedup_records_total{verdict="first"}')) > 100 || undefined
  })
})

after(async () => {
  await prometheus?.stop()
  await load?.stop()
  await Promise.allSettled([gateway?.stop(), stage?.stop()])
  await kafka?.stop()
})

/** Labels that a scrape adds, and those whose values depend on the cluster. */
const NOT_FIXED = new Set(['job', 'instance', 'namespace', 'broker', 'partition'])

/** What a scrape has: every metric, and the label values of each sample. */
async function scraped(): Promise<{ metrics: ReadonlySet<string>; samples: readonly string[] }> {
  const texts = await Promise.all(
    [gateway.adminUrl, stage.adminUrl].map(async (url) => (await fetch(`${url}/metrics`)).text()),
  )
  const lines = texts.flatMap((text) => text.split('\n'))
  const metrics = new Set<string>()
  for (const line of lines) {
    const [, name, type] = /^# TYPE (\w+) (\w+)$/.exec(line) ?? []
    if (name) for (const end of type === 'histogram' ? ['_bucket', '_count', '_sum'] : ['']) metrics.add(name + end)
  }
  return { metrics, samples: lines.filter((line) => !line.startsWith('#')) }
}

/** What a selector asks for that nothing has: a metric, or a value of a label. */
function missing({ metric, matchers }: Selector, { metrics, samples }: Awaited<ReturnType<typeof scraped>>): string[] {
  if (!metrics.has(metric)) return [metric]
  const fixed = matchers.filter(({ label }) => !NOT_FIXED.has(label))
  return fixed.flatMap(({ label, value }) => {
    const of = samples.filter((sample) => sample.startsWith(`${metric}{`))
    const isThere = (wanted: string) => of.some((sample) => new RegExp(`[{,]${label}="(?:${wanted})"`).test(sample))
    return value.split('|').flatMap((wanted) => (isThere(wanted) ? [] : [`${metric}{${label}="${wanted}"}`]))
  })
}

test('a gateway and dedup that do their work have every metric, and every value of a label, that rules and dashboard name', async () => {
  const have = await scraped()
  const expressions = [...rules().map(({ expr }) => expr), ...dashboardQueries()]
  const selectors = expressions.flatMap(selectorsIn)
  assert.ok(selectors.length > 80, `${selectors.length} were found`)
  assert.deepEqual([...new Set(selectors.flatMap((selector) => missing(selector, have)))], [])
})

test('one that is misspelt is missed', async () => {
  const have = await scraped()
  const of = (expr: string) => selectorsIn(expr).flatMap((selector) => missing(selector, have))
  assert.deepEqual(of('rate(tillgate_answer_total[5m])'), ['tillgate_answer_total'])
  assert.deepEqual(of('tillgate_refusals_total{job="a", bound=~"memory|sender-.*|live"} > 0'), [
    'tillgate_refusals_total{bound="live"}',
  ])
})

/** Nothing is throttled or refused here, and no alarm fires: such a query may have no series. */
const ABOUT_TROUBLE = /> 0$|\(broker\)|^ALERTS/

test('a real Prometheus takes every rule, and every query of the dashboard has something to show', async () => {
  const rateIsThere =
    'rate(tillgate_answers_total{status="201"}[1m]) > 0 and on () rate(tillgate_dedup_records_total[1m])'
  await eventually('rates can be seen', DEADLINE_MS, 200, async () => {
    return (await prometheus.query(rateIsThere)).length > 0 || undefined
  })
  for (const { expr } of rules()) await prometheus.query(expr)
  for (const expr of dashboardQueries()) {
    // One scrape that comes late leaves every query without a series until the next one.
    await eventually(`series of ${expr}`, DEADLINE_MS, 200, async () => {
      const series = await prometheus.query(expr)
      return series.length > 0 || ABOUT_TROUBLE.test(expr) || undefined
    })
  }
})
