/**
 * `node dev/needs/main.ts COMMAND`: looks at everything that `npm run COMMAND` needs before it begins. Prints one list of
 * what is missing, with the line that installs it, and exits with 1; as root on Debian and Ubuntu, installs it. Then
 * fetches what comes from registries, so that a test never waits for it.
 */
import { provideRuntime } from '../kafka/runtime.ts'
import { provideGo } from './go.ts'
import { JAVA, NEEDS, type Need } from './needs.ts'
import { platformOf } from './platform.ts'
import { makeReady, missingList } from './ready.ts'
import { provideSchemathesis } from './schemathesis.ts'

const { env } = process
const onProgress = (step: string, detail?: string) => console.log(detail === undefined ? step : `${step} ... ${detail}`)

async function prepareFor(command: string): Promise<number> {
  const needs = (NEEDS as Record<string, readonly Need[]>)[command]
  if (needs === undefined) throw new Error(`the needs of one command: ${Object.keys(NEEDS).join(', ')}`)
  const missing = await makeReady(needs, { env, onProgress })
  if (missing.length > 0) {
    console.error(`${missingList(missing, platformOf(env))}\n\nNothing was tested.`)
    return 1
  }
  if (needs.includes(JAVA)) await provideRuntime({ env, onProgress })
  if (command === 'test:deploy' || command === 'test:ops') await provideGo(env, onProgress)
  if (command === 'test:contract') await provideSchemathesis(env, onProgress)
  return 0
}

prepareFor(process.argv[2] ?? '').then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message)
    process.exit(1)
  },
)
