import { helpText } from '../tools/terminal/help.ts'
import { INSPECT_OPTIONS, ISSUE_OPTIONS, KEYGEN_OPTIONS, REVOKE_OPTIONS } from '../tools/token/options.ts'

const EXIT_CODES = '0 done, 1 a file cannot be written, 2 wrong arguments or files.'

/** What `tillgate token --help` prints. */
export const TOKEN_HELP = helpText({
  name: 'tillgate token',
  takes: 'keygen|issue|inspect|revoke [OPTIONS]',
  does: 'makes the tokens that tills send their invoices with; asks no server',
  options: {},
  notes: [
    `  tillgate token keygen    makes a pair of keys: one signs, one is for gateways
  tillgate token issue     signs a token for a till, a store or a head office
  tillgate token inspect   shows what a token says, and whether it is valid
  tillgate token revoke    makes tokens invalid before they expire`,
    'tillgate token issue --help explains the options of issue, and so on.',
  ],
  exitCodes: EXIT_CODES,
})

/** What `tillgate token NAME --help` prints. */
export const TOKEN_SUBCOMMAND_HELP: Readonly<Record<string, string>> = {
  keygen: helpText({
    name: 'tillgate token keygen',
    takes: '--key-file FILE --jwks-file FILE [OPTIONS]',
    does: 'makes a pair of Ed25519 keys and prints the id of the pair',
    options: KEYGEN_OPTIONS,
    notes: [
      'To rotate, add a second key to the same --jwks-file, issue new tokens with it, and take the first key out of the file when all tills have them. Gateways read the file again every ten seconds.',
    ],
    exitCodes: EXIT_CODES,
  }),
  issue: helpText({
    name: 'tillgate token issue',
    takes: '--key-file FILE [OPTIONS]\n         --name NAME --stores IDS --terminals IDS | --from FILE --to FILE',
    does: 'prints a token for a till, a store or a head office; what it says goes to standard error',
    options: ISSUE_OPTIONS,
    notes: [
      'The token is a secret of the till. Keep the jti that is printed with it: it revokes the token.',
      'With --from, every line of the CSV file is a till; several ids in a column are separated by blanks. Nothing is issued if a line is wrong.',
    ],
    exitCodes: EXIT_CODES,
  }),
  inspect: helpText({
    name: 'tillgate token inspect',
    takes: 'TOKEN|- [OPTIONS]',
    does: 'shows what a token says as JSON, and what is wrong with it (- reads it from standard input)',
    options: INSPECT_OPTIONS,
    exitCodes: '0 nothing is wrong with it, 1 something is, 2 wrong arguments or files.',
  }),
  revoke: helpText({
    name: 'tillgate token revoke',
    takes: '--file FILE [--before TIME]\n         --token-id ID | --store ID | --name NAME | --all',
    does: 'adds a revocation to a file. Gateways that have it as AUTH_REVOCATIONS_FILE act on it within ten seconds',
    options: REVOKE_OPTIONS,
    notes: ['Tokens for all stores (*) are revoked by their id or name, or with --all; no single store revokes them.'],
    exitCodes: EXIT_CODES,
  }),
}
