import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { fetchJars } from '../../dev/kafka/artifacts.ts'

/** Java's own producer, in a process of its own, which sends without a pause. */
export interface JavaProducer {
  /** Begins anew to measure the longest gap. */
  reset(): Promise<void>
  /** The longest time in which a partition had no acknowledgement. */
  longestGapMs(): Promise<number>
  /** How many records were acknowledged so far. */
  acknowledged(): Promise<number>
  stop(): Promise<void>
}

/** Starts it. Resolves when it sends. Needs a JDK. */
export async function startJavaProducer(
  bootstrap: readonly string[],
  topic: string,
  partitions: number,
  requestTimeoutMs: number,
): Promise<JavaProducer> {
  const source = fileURLToPath(new URL('./JavaProducer.java', import.meta.url))
  const jars = await fetchJars({ env: process.env, onProgress: () => {} })
  const args = [bootstrap.join(','), topic, String(partitions), String(requestTimeoutMs)]
  const child = spawn('java', ['-cp', jars.join(':'), source, ...args], { stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (line: string) => {
    child.stdin.write(`${line}\n`)
    return (await lines.next()).value as string
  }
  await ask('reset')
  return {
    reset: async () => void (await ask('reset')),
    longestGapMs: async () => Number(await ask('report')),
    acknowledged: async () => Number(await ask('acknowledged')),
    stop: async () => {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}
