import type { KafkaCluster } from '../dev/kafka/cluster.ts'
import { eventually } from '../dev/kafka/eventually.ts'
import { type CliProcess, spawnCli } from '../test/harness/cli-process.ts'

/** How long a bench waits for anything. */
export const DEADLINE_MS = 600_000

/** `tillgate dedup` on a topic of one partition. `restoredAfterMs`: from the start of the process until it judged. */
export interface BenchedStage {
  readonly process: CliProcess
  readonly pid: number
  readonly restoredAfterMs: number
}

export async function startBenchedStage(kafka: KafkaCluster, topic: string): Promise<BenchedStage> {
  const startMs = performance.now()
  const process = spawnCli(['dedup'], {
    KAFKA_BROKERS: kafka.bootstrap.join(','),
    KAFKA_TOPIC: topic,
    ADMIN_PORT: '0',
    KAFKA_PARTITIONS: '1',
  })
  await eventually('the state is restored', DEADLINE_MS, 10, async () => {
    if (process.child.exitCode !== null) throw new Error(`it ended: ${process.output()}`)
    return process.output().includes('partition restored') || undefined
  })
  return { process, pid: process.child.pid as number, restoredAfterMs: performance.now() - startMs }
}

/** Ends it in an orderly way. */
export async function endStage({ process }: BenchedStage): Promise<void> {
  process.child.kill('SIGTERM')
  await process.exited
}
