import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/** A registry of a process's own metrics, with those of Node. */
export function createRegistry() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  /** A value that is read at each scrape. */
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  return {
    registers,
    gauge,
    /** The text that Prometheus scrapes. */
    scrape: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}
