import { describeConfig } from '../config.ts'
import { parseFlags } from '../tools/terminal/flags.ts'
import type { Command } from './command.ts'

const HELP = `tillgate config: every variable: type, default, meaning, present value (secrets redacted)

Exit code: 0 done, 2 wrong arguments.`

export const config: Command = { help: HELP, run, failureCode: 1 }

async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  parseFlags(args, {})
  console.log(describeConfig(environment))
  return 0
}
