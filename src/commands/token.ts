import { text as readAll } from 'node:stream/consumers'
import { counted } from '../tools/terminal/count.ts'
import { inspect } from '../tools/token/inspect.ts'
import { createIssuer } from '../tools/token/issue.ts'
import { issueList } from '../tools/token/issue-list.ts'
import { keygen } from '../tools/token/keygen.ts'
import { parseTokenArguments } from '../tools/token/options.ts'
import { revoke } from '../tools/token/revoke.ts'
import type { Command } from './command.ts'
import { TOKEN_HELP, TOKEN_SUBCOMMAND_HELP } from './token-help.ts'

export const token: Command = { help: TOKEN_HELP, subcommandHelp: TOKEN_SUBCOMMAND_HELP, run, failureCode: 1 }

async function run(args: readonly string[]): Promise<number> {
  const given = parseTokenArguments(args)
  switch (given.action) {
    case 'keygen':
      console.log(await keygen(given.keyFile, given.jwksFile, given.kid))
      return 0
    case 'issue': {
      const issue = await createIssuer(given.keyFile)
      const { token, claims } = await issue(given.claims)
      // The token alone, so that it can go into a file or a vault.
      console.error(JSON.stringify(claims, null, 2))
      console.log(token)
      return 0
    }
    case 'issue-list': {
      const tokens = await issueList(given.keyFile, given.files, given.claims)
      console.error(`${counted(tokens, 'token')} in ${given.files.to}, which only you can read`)
      return 0
    }
    case 'inspect': {
      const text = given.token === '-' ? await readAll(process.stdin) : given.token
      const found = await inspect(text.trim(), given.jwksFile)
      console.log(JSON.stringify(found, null, 2))
      return found.faults.length === 0 ? 0 : 1
    }
    case 'revoke':
      console.error(`${given.file} revokes ${await revoke(given.file, given.what)}`)
      return 0
  }
}
