import { describeConfig } from '../config.ts'
import { helpText } from '../tools/terminal/help.ts'
import { parseOptions } from '../tools/terminal/options.ts'
import type { Command } from './command.ts'

const HELP = helpText({
  name: 'tillgate config',
  takes: '',
  does: 'prints every variable: type, default, meaning, present value (secrets redacted)',
  options: {},
  exitCodes: '0 done, 2 wrong arguments.',
})

export const config: Command = { help: HELP, run, failureCode: 1 }

async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  parseOptions(args, {})
  console.log(describeConfig(environment))
  return 0
}
