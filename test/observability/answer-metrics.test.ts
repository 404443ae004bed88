import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAnswerMetrics } from '../../src/observability/answer-metrics.ts'
import { createRegistry } from '../../src/observability/registry.ts'
import { assertScraped } from './sources.ts'

function metricsOf() {
  const registry = createRegistry()
  return { registry, ...createAnswerMetrics(registry) }
}

test('answers are counted by route, status and problem, and timed in seconds by status', async () => {
  const { registry, answered } = metricsOf()
  answered('post', 201, 'none', 4)
  answered('post', 201, 'none', 30)
  answered('put', 503, 'saturated', 0.2)
  answered('cursor', 200, 'none', 0.2)
  await assertScraped(registry, [
    'answers_total{route="post",status="201",problem="none"} 2',
    'answers_total{route="put",status="503",problem="saturated"} 1',
    'answers_total{route="post",status="503",problem="saturated"} 0',
    'answers_total{route="cursor",status="200",problem="none"} 1',
    'answer_seconds_bucket{le="0.005",route="post",status="201"} 1',
    'answer_seconds_bucket{le="0.05",route="post",status="201"} 2',
    'answer_seconds_bucket{le="+Inf",route="post",status="201"} 2',
    'answer_seconds_count{route="put",status="503"} 1',
    'answer_seconds_count{route="upload",status="207"} 0',
  ])
  assert.match((await registry.scrape()).body, /^tillgate_answer_seconds_sum\{route="post",status="201"\} 0\.034\d*$/m)
})

test('refusals are counted by the bound that was met, and the invoices of uploads by their answer', async () => {
  const { registry, refused, upload } = metricsOf()
  refused('memory')
  upload({ accepted: 2, rejected: 0, retry: 1 })
  await assertScraped(registry, [
    'refusals_total{bound="memory"} 1',
    'refusals_total{bound="sender-time"} 0',
    'upload_invoices_total{answer="accepted"} 2',
    'upload_invoices_total{answer="rejected"} 0',
    'upload_invoices_total{answer="retry"} 1',
  ])
})
