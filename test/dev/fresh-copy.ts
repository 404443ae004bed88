import { createHash } from 'node:crypto'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The only jar that a copy's embedded Kafka consists of. */
export const JAR = { name: 'kafka_2.13-4.3.1.jar', text: 'broker' }

/**
 * What a fresh clone has before `npm ci`, for one test: `dev/`, and `src/` of which it uses parts, without packages.
 * Its embedded Kafka is a single small jar, which is not there yet. Resolves to its folder.
 */
export async function freshCopy(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tillgate-fresh-'))
  t.after(() => rm(folder, { recursive: true }))
  for (const name of ['dev', 'src']) await cp(join(ROOT, name), join(folder, name), { recursive: true })
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  const checksum = createHash('sha256').update(JAR.text).digest('hex')
  await writeFile(join(folder, 'dev/kafka/jars.sha256'), `${checksum}  org/apache/kafka/kafka_2.13/4.3.1/${JAR.name}\n`)
  return folder
}

/** `dev/kafka/runtime.ts` of a copy. */
export async function runtimeOf(copy: string): Promise<typeof import('../../dev/kafka/runtime.ts')> {
  return await import(join(copy, 'dev/kafka/runtime.ts'))
}
