import assert from 'node:assert/strict'
import { test } from 'node:test'
import { text, wholeNumber } from '../../../src/tools/terminal/forms.ts'
import { helpText } from '../../../src/tools/terminal/help.ts'
import type { Options } from '../../../src/tools/terminal/options.ts'

const OPTIONS = {
  url: { value: 'URL', form: text('an address'), isRequired: true, help: 'the gateway' },
  invoices: { value: 'N', form: wholeNumber(1, 9), preset: 8, help: 'most invoices in a request' },
  'give-up-after': {
    value: 'SECONDS',
    form: wholeNumber(1, 9),
    presetText: 'never',
    help: 'gives a file up after this long without any progress, even while an answer is pending',
  },
  json: { help: 'the report as JSON' },
} as const satisfies Options

test('each option has its value, its default, or that it is required; lines fit a terminal', () => {
  const help = helpText({
    name: 'tillgate upload',
    takes: '[OPTIONS] FILE...',
    does: 'sends journals to a gateway',
    options: OPTIONS,
    notes: ['Ctrl-C stops.'],
    exitCodes: '0 done, 1 not.',
  })
  assert.equal(
    help,
    `tillgate upload: sends journals to a gateway

Usage: tillgate upload [OPTIONS] FILE...

Options:
  --url URL                the gateway (required)
  --invoices N             most invoices in a request (default: 8)
  --give-up-after SECONDS  gives a file up after this long without any progress,
                           even while an answer is pending (default: never)
  --json                   the report as JSON

Ctrl-C stops.

Exit code: 0 done, 1 not.`,
  )
})

test('a command without options has none in its help', () => {
  const help = helpText({ name: 'tillgate serve', takes: '', does: 'runs', options: {}, exitCodes: '0 done.' })
  assert.equal(help, 'tillgate serve: runs\n\nUsage: tillgate serve\n\nExit code: 0 done.')
})

test('a word that is longer than a line stays whole', () => {
  const long = 'x'.repeat(100)
  assert.match(
    helpText({ name: 'tillgate x', takes: '', does: long, options: {}, exitCodes: '0.' }),
    new RegExp(`: ${long}\n|\n${long}`),
  )
})
