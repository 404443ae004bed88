import { NodeSDK } from '@opentelemetry/sdk-node'

// Spans alone: the gateway makes them itself, and has its own metrics and log. OTEL_ variables say the rest: where spans
// go (OTEL_EXPORTER_OTLP_ENDPOINT), how many (OTEL_TRACES_SAMPLER), what is said of the instance.
process.env.OTEL_SERVICE_NAME ??= 'tillgate'
new NodeSDK({ instrumentations: [], metricReaders: [], logRecordProcessors: [] }).start()
